"""A standalone Spark cluster on loopback, started from the pip package and stopped at the end.

One master, some workers of one core each, and a server that dbt talks to: Spark Connect or the
Thrift server. Tests use the class; `make cluster` runs the file, which starts a cluster, runs a
command with the variables that dbt's targets read to reach it, and stops the cluster:

    python tests/python/spark_cluster.py --folder warehouse/cluster dbt build --target spark_connect
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import urlopen

HOST = "127.0.0.1"
SERVERS = {
    "connect": "org.apache.spark.sql.connect.service.SparkConnectServer",
    "thrift": "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
}
# A JVM takes seconds to start; on a busy machine many.
START_SECONDS = 180


class ClusterError(Exception):
    """The cluster did not start; the message says which part, and where its log is."""


class SparkCluster:
    """A cluster in a folder of its own; use it in a ``with`` statement.

    Parameters
    ----------
    folder
        Where tables, catalogue, logs and scratch files go.
    server
        ``connect`` or ``thrift``.
    workers
        How many workers, each with one core and one executor; 0: the server does the work.
    worker_memory, server_memory
        Heap of an executor and of the server (the driver), as Spark writes it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: str = "connect",
        workers: int = 2,
        worker_memory: str = "1g",
        server_memory: str = "2g",
    ) -> None:
        self.folder = folder.resolve()
        self.server = server
        self.worker_count = workers
        self.worker_memory = worker_memory
        self.server_memory = server_memory
        self.port = 0
        # Whoever reaches the port of Spark Connect may run code: only who knows the token may.
        self.token = secrets.token_hex(16)
        self.workers_launched = 0
        self.processes: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> SparkCluster:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ui_port, self.port = free_ports(2)
        master = self._start_workers() if self.worker_count else "local[2]"
        home = self.folder / "catalogue"
        settings = {
            "spark.master": master,
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.driver.memory": self.server_memory,
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={home} -Duser.timezone=UTC",
            "spark.executor.memory": self.worker_memory,
            "spark.executor.extraJavaOptions": "-Duser.timezone=UTC",
            "spark.local.dir": self.folder / "scratch",
            "spark.sql.catalogImplementation": "hive",
            "spark.sql.warehouse.dir": self.folder / "tables",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": 4,
            "spark.ui.port": self.ui_port,
            # A build has thousands of them, and a test counts those that failed.
            "spark.ui.retainedJobs": 100_000,
            "spark.ui.retainedStages": 100_000,
            "spark.connect.grpc.binding.address": HOST,
            "spark.connect.grpc.binding.port": self.port,
            "spark.connect.authenticate.token": self.token,
            "spark.hadoop.hive.server2.thrift.bind.host": HOST,
            "spark.hadoop.hive.server2.thrift.port": self.port,
        }
        file = self.folder / "server.conf"
        file.touch(mode=0o600)
        file.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        self._launch(
            "server",
            *("spark-submit", "--properties-file", str(file)),
            *("--class", SERVERS[self.server], "--name", f"Coterie {self.server}"),
            "spark-internal",
        )
        self._wait_for("server", lambda: is_open(self.port))

    def _start_workers(self) -> str:
        """Start the master and the workers; gives the master's address."""
        port, self.master_ui_port = free_ports(2)
        self._launch(
            "master",
            *("spark-class", "org.apache.spark.deploy.master.Master", "--host", HOST),
            *("--port", str(port), "--webui-port", str(self.master_ui_port)),
        )
        self._wait_for("master", lambda: is_open(port) and self.reported_workers() == [])
        self.master = f"spark://{HOST}:{port}"
        for _ in range(self.worker_count):
            self.start_worker()
        last = f"worker-{self.workers_launched}"
        self._wait_for(last, lambda: len(self.reported_workers()) == self.worker_count)
        return self.master

    def start_worker(self) -> None:
        """Start one more worker, which the master puts to work as soon as it reports."""
        self.workers_launched += 1
        name = f"worker-{self.workers_launched}"
        # What a worker of an earlier run left there.
        shutil.rmtree(self.folder / name, ignore_errors=True)
        self._launch(
            name,
            *("spark-class", "org.apache.spark.deploy.worker.Worker", "--host", HOST),
            *("--cores", "1", "--memory", self.worker_memory, "--webui-port", "0"),
            *("--work-dir", str(self.folder / name), self.master),
        )

    def _launch(self, name: str, program: str, *arguments: str) -> None:
        """Start a part of the cluster in a process group of its own, its log in the folder."""
        import pyspark  # noqa: PLC0415

        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SPARK_")},
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_NO_DAEMONIZE": "1",
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = subprocess.Popen(
                [str(Path(pyspark.__file__).parent / "bin" / program), *arguments],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_for(self, name: str, is_ready: Callable[[], bool]) -> None:
        def is_there() -> bool:
            # A page may be another one, or none, until all of them are set up.
            with contextlib.suppress(OSError, ValueError):
                return is_ready()
            return False

        ends = time.monotonic() + START_SECONDS
        while not is_there():
            process = self.processes[name]
            if process.poll() is not None or time.monotonic() > ends:
                raise ClusterError(f"{name} did not start: see {self.folder / name}.log")
            time.sleep(0.2)

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's targets spark_connect and spark_thrift read to reach this cluster."""
        if self.server == "connect":
            return {
                # With a token PySpark asks for TLS, except of this very name.
                "SPARK_REMOTE": f"sc://localhost:{self.port}",
                "SPARK_CONNECT_AUTHENTICATE_TOKEN": self.token,
            }
        return {"COTERIE_SPARK_HOST": HOST, "COTERIE_SPARK_PORT": str(self.port)}

    def reported_workers(self) -> list[str]:
        """Ids of the workers that the master takes for alive."""
        page = read_json(f"http://{HOST}:{self.master_ui_port}/json/")
        return [worker["id"] for worker in page["workers"] if worker["state"] == "ALIVE"]

    def executors(self) -> dict[str, dict[str, Any]]:
        """What the driver knows of each worker's executor, dead ones too, by the worker's name."""
        reported = {executor["id"]: executor for executor in self._driver("allexecutors")}
        found = {}
        for number in range(1, self.workers_launched + 1):
            for folder in sorted((self.folder / f"worker-{number}").glob("app-*/*")):
                if folder.name in reported:
                    found[f"worker-{number}"] = reported[folder.name]
        return found

    def stages(self) -> list[dict[str, Any]]:
        """What the driver knows of every attempt at a stage, the last first."""
        return self._driver("stages")

    def running(self, subject: str) -> list[dict[str, Any]]:
        """The driver's ``jobs`` or ``stages`` that are at work now."""
        return self._driver(f"{subject}?status={'running' if subject == 'jobs' else 'active'}")

    def _driver(self, subject: str) -> Any:
        base = f"http://{HOST}:{self.ui_port}/api/v1/applications"
        (application,) = read_json(base)
        return read_json(f"{base}/{application['id']}/{subject}")

    def living_workers(self) -> list[str]:
        """Names of the workers that were started and not killed."""
        return [name for name in self.processes if name.startswith("worker-")]

    def freeze(self, worker: str) -> None:
        """Hold a worker and its executor, tasks and all."""
        os.killpg(self.processes[worker].pid, signal.SIGSTOP)

    def thaw(self, worker: str) -> None:
        """Let a held worker go on."""
        os.killpg(self.processes[worker].pid, signal.SIGCONT)

    def kill(self, worker: str) -> None:
        """Kill a worker and its executor at once, as a machine dies."""
        os.killpg(self.processes[worker].pid, signal.SIGKILL)
        self.processes.pop(worker).wait()

    def stop(self) -> None:
        """Stop every part, the server first; what does not go in ten seconds is killed."""
        for process in reversed(self.processes.values()):
            signal_group(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            # Executors are children of their worker, in its group.
            signal_group(process, signal.SIGKILL)
            process.wait()
        self.processes.clear()


def signal_group(process: subprocess.Popen, number: int) -> None:
    """Signal a process and its children, if any of them is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind((HOST, 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def is_open(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with socket.socket() as one:
        return one.connect_ex((HOST, port)) == 0


def read_json(url: str) -> Any:
    """Read what one of Spark's own pages tells."""
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


def main() -> int:
    """Run a command beside a cluster; give its exit code."""
    parser = argparse.ArgumentParser(description="Run a command beside a Spark cluster.")
    parser.add_argument("--folder", type=Path, required=True, help="tables, catalogue and logs")
    parser.add_argument("--server", choices=SERVERS, default="connect")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    # So that a cluster that is told to end takes its parts with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"==> starting a master, {options.workers} workers and Spark {options.server.title()}")
    with SparkCluster(options.folder, server=options.server, workers=options.workers) as cluster:
        print(f"    master http://{HOST}:{cluster.master_ui_port}")
        print(f"    stages http://{HOST}:{cluster.ui_port}")
        print(f"    logs   {cluster.folder}/*.log", flush=True)
        environment = {**os.environ, **cluster.environment}
        code = subprocess.run(options.command, check=False, env=environment).returncode
        print("==> stopping the cluster", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
