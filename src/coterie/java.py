"""The Java runtime that Spark needs."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping

#: Oldest Java that Spark 4 runs on.
JAVA_MIN = 17
JAVA_HELP = (
    f"Spark needs a Java runtime, version {JAVA_MIN} or newer. Debian and Ubuntu: "
    "`apt-get install openjdk-17-jre-headless`; macOS: `brew install openjdk@17`, then "
    '`export JAVA_HOME="$(brew --prefix openjdk@17)"`. One elsewhere: set JAVA_HOME to its folder.'
)
# Seconds that `java -version` may take on a busy machine.
JAVA_PATIENCE = 60


def java_problem(environment: Mapping[str, str] | None = None) -> str | None:
    """Say what is wrong with the Java that Spark would start; None if it will do.

    Parameters
    ----------
    environment
        Where JAVA_HOME and PATH are looked up, as Spark does; default: this process's own.
    """
    environment = os.environ if environment is None else environment
    home = environment.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java", path=environment.get("PATH", ""))
    if java is None:
        return f"There is no Java on the PATH, and JAVA_HOME is not set. {JAVA_HELP}"
    if not os.access(java, os.X_OK):
        return f"JAVA_HOME is {home}, which holds no bin/java. {JAVA_HELP}"
    try:
        done = subprocess.run(
            [java, "-version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=JAVA_PATIENCE,
            env=dict(environment),
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{java} does not run ({error}). {JAVA_HELP}"
    # Up to version 8 Java called itself 1.8, and so on.
    version = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    if version is None or int(version[1]) < JAVA_MIN:
        found = f"version {version[1]}" if version else "of a version it does not tell"
        return f"{java} is Java {found}. {JAVA_HELP}"
    return None
