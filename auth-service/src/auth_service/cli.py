"""Maintenance verbs: python -m auth_service.cli migrate | rotate-keys [--now] | seed-admin."""

import argparse
import sys
from collections.abc import Callable, Mapping

from auth_service.app import MIGRATIONS_DIR, build_context, build_key_ring, utc_now
from auth_service.config import Config, ConfigError
from auth_service.domain.errors import AuthError, IdentifierTaken
from auth_service.usecases.accounts import NewAccount, register
from servicekit.logs import configure_logs, get_logger
from servicekit.sqlite import migrate, open_engine


def run_migrate(config: Config, _options: argparse.Namespace) -> None:
    """Bring the database to the newest revision."""
    migrate(database_path=config.database_path, migrations_dir=MIGRATIONS_DIR)


def run_rotate_keys(config: Config, options: argparse.Namespace) -> None:
    """Publish a new signing key; it signs once every verifier can know it."""
    engine = open_engine(config.database_path)
    kid = build_key_ring(config, engine, clock=utc_now).rotate(at_once=options.now)
    get_logger().info("keys_rotated", kid=kid, at_once=options.now)


def run_seed_admin(config: Config, _options: argparse.Namespace) -> None:
    """Make the administrator named by ADMIN_EMAIL and ADMIN_PASSWORD, once."""
    if not config.admin_email or not config.admin_password:
        raise ConfigError("ADMIN_EMAIL and ADMIN_PASSWORD are not set")
    engine = open_engine(config.database_path)
    key_ring = build_key_ring(config, engine, clock=utc_now)
    context = build_context(config, engine, key_ring, clock=utc_now)
    account = NewAccount(email=config.admin_email, password=config.admin_password, role="admin")
    try:
        profile = register(context, account)
    except IdentifierTaken:
        get_logger().info("admin_exists")
    else:
        get_logger().info("admin_made", user_id=profile.user.id)


_VERBS: Mapping[str, Callable[[Config, argparse.Namespace], None]] = {
    "migrate": run_migrate,
    "rotate-keys": run_rotate_keys,
    "seed-admin": run_seed_admin,
}


def main(arguments: list[str]) -> int:
    """The exit status of a verb: 0 done, 1 refused, 2 misused or not configured."""
    parser = argparse.ArgumentParser(prog="auth_service.cli")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, run in _VERBS.items():
        verb = verbs.add_parser(name, help=run.__doc__)
        if name == "rotate-keys":
            verb.add_argument(
                "--now", action="store_true", help="after a leak: end every access token at once"
            )
    options = parser.parse_args(arguments)
    try:
        config = Config.from_env()
        configure_logs(service="auth", level=config.log_level)
        _VERBS[options.verb](config, options)
    except ConfigError as error:
        sys.stderr.write(f"auth: {error}\n")
        return 2
    except AuthError as error:
        details = " ".join(fault.detail for fault in error.errors)
        sys.stderr.write(f"auth: {error} {details}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
