"""What SQLite and PostgreSQL say differently where one question is asked of both."""

from dataclasses import dataclass

DAY_S = 86_400
BUCKET_S = 0.25  # of answers' times
MAX_BUCKET = 960


@dataclass(frozen=True, slots=True)
class Dialect:
    """Pieces of SQL."""

    day: str
    reader: str
    bucket: str
    like: str
    by_bytes: str  # the order of SQLite's texts
    runs: str  # a column more of a reader's conversations, where other processes may run some
    turns_at_a_glance: str  # SQLite has to be told of an index, or it reads every row for a word
    attempts: str


SQLITE = Dialect(
    day=f"CAST(started / {DAY_S} AS INTEGER)",
    reader="substr(conversation, 1, instr(conversation || '~', '~') - 1)",
    bucket=f"min({MAX_BUCKET}, CAST((ended - started) / {BUCKET_S} AS INTEGER))",
    like="LIKE",
    by_bytes="",
    runs="0",
    turns_at_a_glance="turns INDEXED BY turns_at_a_glance",
    attempts="turns INDEXED BY attempts",
)
POSTGRES = Dialect(
    day=f"CAST(floor(started / {DAY_S}) AS integer)",
    reader="split_part(conversation, '~', 1)",
    bucket=f"least({MAX_BUCKET}, CAST(floor((ended - started) / {BUCKET_S}) AS integer))",
    like="ILIKE",
    by_bytes='COLLATE "C"',
    runs="max(CASE WHEN outcome = 'running' THEN 1 ELSE 0 END)",
    turns_at_a_glance="turns",
    attempts="turns",
)
