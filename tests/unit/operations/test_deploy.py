"""What is in deploy/ fits together, and the programs that read it take it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from oracles import ROOT

from deploy.run_local import configuration, free_port

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NOTHING_MORE = {  # what each service may say, of the Compose specification
    *("image", "build", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt", "restart", "stop_grace_period"),
    *("mem_limit", "pids_limit", "environment", "volumes", "depends_on", "networks", "user", "command", "sysctls"),
    *("ports", "profiles", "healthcheck"),
}
FOR_OTHERS = {
    "FORWARDED_ALLOW_IPS",
    "POSTGRES_DB",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "VISITORS_PORT",
    "CURATORS_PORT",
}


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_compose_says_only_what_is_known_and_names_what_is_there(compose: dict[str, Any]) -> None:
    assert set(compose) == {"name", "services", "volumes", "networks", "x-app", "x-environment", "x-replica"}
    services = compose["services"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for name, service in services.items():
        assert set(service) <= NOTHING_MORE, name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists(), volume
        assert set(service.get("depends_on", ())) <= set(services)
        assert "no-new-privileges:true" in service["security_opt"]
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
            assert service["image"] == f"integration-practices:{version}"
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]


def test_addresses_in_compose_are_those_of_nginx(compose: dict[str, Any]) -> None:
    at = {name: one["networks"]["practices"]["ipv4_address"] for name, one in compose["services"].items()}
    assert len(set(at.values())) == len(at)
    named = set(re.findall(r"server (10\.0\.0\.\d+):8501", (DEPLOY / "nginx.conf").read_text(encoding="utf-8")))
    assert named == {address for name, address in at.items() if name == "main" or name.startswith("replica")}
    for name, service in compose["services"].items():
        if "build" in service:
            assert service["environment"]["FORWARDED_ALLOW_IPS"] == at["nginx"], name
            assert (service["environment"].get("PRACTICES_READ_ONLY") == "1") == (name != "main")


def test_the_image_is_built_from_all_that_the_wheel_holds() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    needed = {*wheel["only-include"], *wheel["force-include"], "pyproject.toml", "README.md", "LICENSE"}
    copied = set(re.findall(r"^!(.+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert copied == needed | {"requirements.hashes.txt"}


def test_settings_that_are_named_exist() -> None:
    said = "".join(
        (DEPLOY / name).read_text(encoding="utf-8")
        for name in ("compose.yaml", "Containerfile", "example.env", "README.md")
    ) + "".join(unit.read_text(encoding="utf-8") for unit in UNITS)
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("practices_db", "pages")
        for path in (ROOT / folder).rglob("*.py")
    )
    for name in set(re.findall(r"\bPRACTICES_[A-Z_]*[A-Z](?![_A-Z])", said)):
        assert name in code, name
    asked = set(re.findall(r"\$\{([A-Z_0-9]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    told = set(re.findall(r"^#?([A-Z_0-9]+)=", (DEPLOY / "example.env").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked - told <= FOR_OTHERS


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    nginx = program("nginx")
    (tmp_path / "nginx.conf").write_text(configuration(free_port(), [8511, 8512], 8501, free_port()), encoding="utf-8")
    tried = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr.replace('the "user" directive', "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_units(unit: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    installed = unit.read_text(encoding="utf-8").replace("/opt/integration-practices/bin/", "/bin/true #")
    (tmp_path / unit.name).write_text(installed, encoding="utf-8")
    found = subprocess.run([analyze, "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False)
    assert found.stderr.count(unit.stem.rstrip("@")) == 0, found.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_closed(unit: Path) -> None:
    said = unit.read_text(encoding="utf-8").splitlines()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "Restart=always"):
        assert line in said
    assert any(line.startswith("CapabilityBoundingSet=") for line in said)
    assert not any(line == "User=root" for line in said)
    assert any(line.startswith("User=") for line in said)
