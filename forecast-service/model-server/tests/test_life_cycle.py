"""The numbers name the checks of the protocol's conformance list."""

import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from saved_models import write_half_plus_two, write_warm_up
from server_process import ServerProcess, start_server, wait_until

END, AVAILABLE = "END", "AVAILABLE"


def test_24_a_new_version_takes_over_without_a_failed_request(
    changing: ServerProcess, tmp_path: Path
) -> None:
    statuses: list[int] = []
    enough = threading.Event()

    def keep_asking() -> None:
        with requests.Session() as session:
            while not enough.is_set():
                url = f"{changing.rest}/v1/models/hp:predict"
                statuses.append(session.post(url, json={"instances": [2]}, timeout=30).status_code)

    callers = [threading.Thread(target=keep_asking) for _ in range(4)]
    for caller in callers:
        caller.start()
    write_half_plus_two(tmp_path / "models" / "hp" / "124", offset=3)
    wait_until(lambda: changing.states() == {"124": AVAILABLE, "123": END})
    assert changing.predict({"instances": [2]}).json() == {"predictions": [4.0]}

    shutil.rmtree(tmp_path / "models" / "hp" / "124")
    wait_until(lambda: changing.states() == {"124": END, "123": AVAILABLE})
    enough.set()
    for caller in callers:
        caller.join()

    assert changing.predict({"instances": [2]}).json() == {"predictions": [3.0]}
    assert len(statuses) > len(callers)
    assert set(statuses) == {200}


def test_25_a_version_that_cannot_load_changes_nothing(
    changing: ServerProcess, tmp_path: Path
) -> None:
    corrupt = tmp_path / "models" / "hp" / "125"
    corrupt.mkdir()
    (corrupt / "saved_model.pb").write_bytes(b"\x08not a model")

    wait_until(lambda: changing.states() == {"125": END, "123": AVAILABLE})

    entry = changing.get("/v1/models/hp/versions/125").json()["model_version_status"][0]
    assert entry["status"]["error_code"] != "OK"
    assert entry["status"]["error_message"]
    assert changing.predict({"instances": [2]}).json() == {"predictions": [3.0]}


def test_25_garbage_in_the_warm_up_file_ends_the_version(
    changing: ServerProcess, tmp_path: Path
) -> None:
    unfinished = write_half_plus_two(tmp_path / "elsewhere" / "126")
    (unfinished / "assets.extra").mkdir()
    (unfinished / "assets.extra" / "tf_serving_warmup_requests").write_bytes(b"garbage")
    unfinished.rename(tmp_path / "models" / "hp" / "126")

    wait_until(lambda: changing.states() == {"126": END, "123": AVAILABLE})


@pytest.mark.parametrize(("signature", "state"), [("", AVAILABLE), ("zz", END)])
def test_recorded_requests_are_replayed_before_a_version_serves(
    changing: ServerProcess, tmp_path: Path, signature: str, state: str
) -> None:
    unfinished = write_half_plus_two(tmp_path / "elsewhere" / "127")
    write_warm_up(unfinished, signature=signature)
    unfinished.rename(tmp_path / "models" / "hp" / "127")

    wait_until(lambda: changing.states().get("127") == state)


def test_folders_that_are_no_versions_are_passed_over(
    changing: ServerProcess, tmp_path: Path
) -> None:
    for name in ("notes", ".200.unfinished", "1e3"):
        (tmp_path / "models" / "hp" / name).mkdir()
    write_half_plus_two(tmp_path / "models" / "hp" / "124")

    wait_until(lambda: changing.states() == {"124": AVAILABLE, "123": END})


def test_a_missing_base_path_keeps_what_was_loaded(changing: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "models" / "hp").rename(tmp_path / "gone")
    wait_until(lambda: "cannot be read" in changing.log.read_text())

    assert changing.predict({"instances": [2]}).json() == {"predictions": [3.0]}


def test_ports_stay_closed_until_a_version_is_there(tmp_path: Path) -> None:
    (tmp_path / "hp").mkdir()
    started: list[ServerProcess] = []
    starter = threading.Thread(
        target=lambda: started.append(
            start_server(
                tmp_path / "log.txt", "--model_name=hp", f"--model_base_path={tmp_path / 'hp'}"
            )
        )
    )
    starter.start()
    log = tmp_path / "log.txt"
    wait_until(lambda: log.exists() and "did not become available" in log.read_text())
    assert "REST on port" not in log.read_text()

    write_half_plus_two(tmp_path / "hp" / "1")
    starter.join()

    assert started[0].states() == {"1": AVAILABLE}
    started[0].stop()


def test_a_request_under_way_is_answered_before_the_server_ends(changing: ServerProcess) -> None:
    host, port = changing.rest.removeprefix("http://").split(":")
    body = b'{"instances": [2]}'
    head = (
        "POST /v1/models/hp:predict HTTP/1.1\r\nHost: hp\r\nExpect: 100-continue\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
        changing.process.terminate()
        wait_until(lambda: "draining" in changing.log.read_text())
        connection.sendall(body)
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Connection: close" in answer
    assert answer.endswith(b'{"predictions":[3.0]}')
    assert changing.process.wait(timeout=30) == 0


def test_a_taken_port_is_said_in_one_line(changing: ServerProcess, tmp_path: Path) -> None:
    ports = [changing.grpc_address.split(":")[1], changing.rest.split(":")[2]]
    second = subprocess.run(
        [
            sys.executable,
            "-m",
            "model_server",
            f"--port={ports[0]}",
            f"--rest_api_port={ports[1]}",
            "--bind_address=127.0.0.1",
            "--model_name=hp",
            f"--model_base_path={tmp_path / 'models' / 'hp'}",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert second.returncode == 1
    assert "cannot serve" in second.stderr
    assert "Traceback" not in second.stderr
