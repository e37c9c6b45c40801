# SPDX-License-Identifier: BSD-2-Clause
"""What a unit of systemd leaves a process, done without systemd: the user and groups, no capability, no new rights,
limits, the filter of system calls and of address families, no memory that is written and executed. The parts that
are file systems and cgroups (ProtectSystem, IPAddressDeny, MemoryMax ...) are not done."""
import ctypes
import grp
import os
import re
import resource
import struct
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_SECCOMP, PR_SET_MDWE = 38, 24, 22, 65
# Of linux/bpf_common.h, linux/seccomp.h and linux/audit.h.
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, EPERM, KILL, X86_64 = 0x7FFF0000, 0x00050001, 0x80000000, 0xC000003E
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16


def read_unit(path):
    """Directive: values, each line one; an empty value clears what was before."""
    unit = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, is_set, value = line.strip().partition("=")
            if is_set and not name.startswith("#"):
                unit[name] = unit.get(name, []) + [value] if value else []
    return unit


def read_groups():
    """@group: the names in it, as this systemd knows them."""
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], capture_output=True, text=True, check=True)
    groups, name = {}, None
    for line in re.sub(r"\x1b\[[0-9;]*m", "", listed.stdout).splitlines():
        if line.startswith("@"):
            name = line.strip()
            groups[name] = []
        elif line.startswith("    ") and name and not line.strip().startswith("#"):
            groups[name].append(line.strip())
        elif line and not line.startswith(" "):
            name = None
    return groups


def expand(groups, words):
    names = set()
    for word in words:
        names |= expand(groups, groups[word]) if word.startswith("@") else {word}
    return names


def allowed(unit):
    """The names that SystemCallFilter leaves: the first list allows, those with ~ take away."""
    groups, names = read_groups(), set()
    for value in unit["SystemCallFilter"]:
        words = value.lstrip("~").split()
        names = names - expand(groups, words) if value.startswith("~") else names | expand(groups, words)
    if unit.get("RestrictNamespaces") == ["yes"]:
        names -= {"unshare", "setns"}
    return names


def step(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


def make_filter(unit):
    with open(NUMBERS, encoding="utf-8") as file:
        numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}
    wanted = allowed(unit)
    families = [FAMILIES[word] for word in unit["RestrictAddressFamilies"][0].split()]
    program = [step(LOAD, ARCHITECTURE), step(EQUAL, X86_64, 1, 0), step(RETURN, KILL), step(LOAD, NUMBER)]
    for name in sorted(wanted & set(numbers) - {"socket"}):
        program += [step(EQUAL, numbers[name], 0, 1), step(RETURN, ALLOW)]
    program += [step(EQUAL, numbers["socket"], 1, 0), step(RETURN, EPERM), step(LOAD, FIRST_ARGUMENT)]
    for family in families:
        program += [step(EQUAL, family, 0, 1), step(RETURN, ALLOW)]
    return b"".join(program + [step(RETURN, EPERM)])


def call(name, *words):
    if getattr(LIBC, name)(*(ctypes.c_ulong(word) if isinstance(word, int) else word for word in words)) != 0:
        raise OSError(ctypes.get_errno(), f"{name} {words[0]}")


class Confinement:
    """Called between fork and exec. Whatever of it does not work ends the child."""

    def __init__(self, path, uid, gid):
        self.unit, self.uid, self.gid = read_unit(path), uid, gid
        for name in ("SystemCallFilter", "RestrictAddressFamilies", "LimitNOFILE", "UMask"):
            assert self.unit.get(name), f"{name} is not in {path}"
        for name in ("NoNewPrivileges", "MemoryDenyWriteExecute"):
            assert self.unit.get(name) == ["yes"], f"{name} is not in {path}"
        assert self.unit.get("CapabilityBoundingSet") == [], f"CapabilityBoundingSet is not empty in {path}"
        names = " ".join(self.unit.get("SupplementaryGroups", [])).split()
        self.groups = [group.gr_gid for group in grp.getgrall() if group.gr_name in names]
        self.filter = ctypes.create_string_buffer(make_filter(self.unit))
        length = (len(self.filter) - 1) // 8
        self.program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", length, ctypes.addressof(self.filter)))

    def __call__(self):
        os.umask(int(self.unit["UMask"][0], 8))
        files = min(int(self.unit["LimitNOFILE"][0]), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
            for capability in range(int(file.read()) + 1):
                call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups(self.groups)
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        LIBC.prctl(PR_SET_MDWE, 1, 0, 0, 0)  # from Linux 6.3 on
        call("prctl", PR_SET_SECCOMP, 2, ctypes.byref(self.program), 0, 0)
