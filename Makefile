# The commands of the README. What they do stands in deploy/local; PORT, LISTEN, DATA_DIR, DEMO and
# SERVICE are read from the environment or the command line.
export PORT LISTEN DATA_DIR DEMO SERVICE FOLLOW BASE_URL
RUN := sh deploy/local.sh

.DEFAULT_GOAL := help
.PHONY: help up down status logs restart env install vendor lock check test demo screenshots compose-test

help:
	@echo "make up                start everything (PORT=8080, DATA_DIR=./var, LISTEN=127.0.0.1, DEMO=0)"
	@echo "make down              stop it; the data stays"
	@echo "make status            processes, readiness, memory"
	@echo "make logs              follow the logs (SERVICE=analytics for one, FOLLOW=0 to only look)"
	@echo "make restart SERVICE=  restart one service with its worker"
	@echo "make env               make .env with fresh secrets (for docker compose)"
	@echo "make check             format, lint, types, import rules, secrets"
	@echo "make test              every test, the journeys in a browser included"
	@echo "make compose-test      the journeys through docker compose"
	@echo "make lock              resolve requirements.in anew"
	@echo "make screenshots       take the README's pictures from the running demo"
	@echo "make vendor            copy the front end's libraries again"

up down status logs restart env install vendor lock check test demo screenshots:
	@$(RUN) $@

compose-test:
	@bash deploy/compose_journey.sh

# Statements that others made, against what others expect of them; DATA is the folder they are in.
# realdata writes docs/formats.md; realdata-check fails where a file that agreed no longer does.
.PHONY: realdata realdata-check
realdata: OPTIONS = --write
realdata-check: OPTIONS = --check
realdata realdata-check:
	@test -d "$(DATA)/statements" || { echo "make $@ DATA=FOLDER: no statements there" >&2; exit 2; }
	@.venv/bin/python ingest-service/tests/realdata/compare_statements.py --data "$(DATA)" $(OPTIONS)

# Time and memory of the worst files; with DATA also those of its malformed/ and statements/.
.PHONY: badfiles
badfiles:
	@.venv/bin/python ingest-service/bench/bad_files.py $(if $(DATA),--data "$(DATA)/malformed" --data "$(DATA)/statements")
