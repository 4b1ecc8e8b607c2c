"""What this process and its ended children have used of the machine."""

from __future__ import annotations


def cpu_seconds() -> float:
    """CPU seconds so far, user and system, ended children included."""
    import psutil

    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def peak_mb() -> float:
    """The largest resident memory of this process or of an ended child so far, in MB (2**20 bytes).

    Where the system does not keep a peak (Windows), what this process uses now.
    """
    try:
        import resource
    except ImportError:
        import psutil

        return float(psutil.Process().memory_info().rss) / 2**20
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1024
