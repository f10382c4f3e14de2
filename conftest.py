"""What the tests of all packages have in common."""

from hypothesis import settings

# A loaded machine is no reason to fail: no test here is about time.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
