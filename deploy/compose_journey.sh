#!/usr/bin/env bash
# The journeys through docker compose: build, up, by HTTP and in a browser, analytics on two
# replicas, every service restarted, down. Serving is the project's own model server unless
# SERVING=tensorflow. COMPOSE_PORT chooses the port, KEEP=1 leaves everything running.
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT=${COMPOSE_PORT:-8189} LISTEN=127.0.0.1
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-platform-journey} COMPOSE_PROGRESS=quiet
base_url=http://127.0.0.1:$PORT
files=(-f docker-compose.yml)
[ "${SERVING:-embedded}" = tensorflow ] || files+=(-f deploy/compose.embedded-serving.yml)
compose() { docker compose "${files[@]}" "$@"; }
say() { printf '\n=== compose: %s (%d s)\n' "$*" "$SECONDS"; }
# An engine without BuildKit's client builds with the classic builder.
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    say "failed; what runs and the last lines of each log"
    compose ps --all || true
    compose logs --no-color --tail 25 || true
  fi
  [ "${KEEP:-0}" = 1 ] || compose down --volumes --remove-orphans --timeout 15 >/dev/null 2>&1 || true
  exit "$status"
}
trap finish EXIT

journey() {
  E2E_BASE_URL=$base_url .venv/bin/python -m pytest -q -p no:cacheprovider tests/e2e \
    --ignore=tests/e2e/test_resilience.py "$@"
}

# How many replicas answered a burst of requests, by the gateway's own log.
replicas_that_answered() {
  local i since
  since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  for i in $(seq 40); do curl -fsS -o /dev/null "$base_url/api-docs/analytics/openapi.json"; done
  sleep 1
  compose logs --no-color --no-log-prefix --since "$since" gateway \
    | grep '"path":"/api-docs/analytics/' | grep -o '"upstream":"[^"]*"' | sort -u | wc -l
}

# Every replica of the service says so itself; up to two minutes.
wait_until_healthy() { # SERVICE
  local i
  for i in $(seq 120); do
    compose ps "$1" --format '{{.Health}}' | grep -vqx healthy || return 0
    sleep 1
  done
  echo "$1 is not healthy after two minutes"
  return 1
}

say "secrets"
make --no-print-directory env
say "build"
mkdir -p var/log
compose build >var/log/compose-build.log 2>&1 || { tail -n 60 var/log/compose-build.log; exit 1; }
say "up"
compose up -d --wait --wait-timeout 240
say "the journeys, by HTTP and in a browser"
journey
say "two replicas of analytics"
compose up -d --wait --wait-timeout 120 --no-recreate --scale analytics=2
sleep 3 # the gateway asks the container DNS every two seconds
count=$(replicas_that_answered)
echo "$count replicas answered"
[ "$count" -eq 2 ]
say "every service restarted, one after the other"
for service in $(compose config --services | grep -v -- '-migrate$'); do
  compose restart --timeout 20 "$service"
  wait_until_healthy "$service"
  case $service in
    auth | ingest | analytics | forecast | report) path=/api-docs/$service/openapi.json ;;
    *) path=/healthz ;;
  esac
  code=$(curl -s -o /dev/null -w '%{http_code}' "$base_url$path")
  echo "restarted $service: $path answers $code"
  [ "$code" = 200 ]
done
say "the platform still works: the demo household goes in and comes out"
BASE_URL=$base_url make --no-print-directory demo
say "down"
compose down --volumes --remove-orphans --timeout 15 >/dev/null 2>&1
left=$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | wc -l)
[ "$left" -eq 0 ]
say "passed"
