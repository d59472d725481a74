"""PostgreSQL's tables: what SQLite has, and what several processes share."""

from hyperrun.errors import StoreError
from hyperrun.storage.database import Database

# "C": ids are compared by their bytes, as `OF_READER` asks for.
MIGRATIONS = (
    """
    CREATE TABLE turns (
        id text COLLATE "C" PRIMARY KEY,
        conversation text COLLATE "C" NOT NULL,
        question text NOT NULL,
        page text NOT NULL,
        outcome text NOT NULL,
        answer text NOT NULL,
        steps text NOT NULL,
        sources text NOT NULL,
        model text NOT NULL,
        prompt_tokens integer NOT NULL,
        completion_tokens integer NOT NULL,
        cost_usd double precision,
        own_key integer NOT NULL,
        error text NOT NULL,
        retry_of text COLLATE "C" NOT NULL,
        started double precision NOT NULL,
        ended double precision,
        suggestions text NOT NULL,
        estimated integer NOT NULL,
        notice text NOT NULL,
        door text NOT NULL,
        agent text NOT NULL,
        grounding text NOT NULL,
        language text NOT NULL,
        page_url text NOT NULL,
        given text NOT NULL,
        rating integer NOT NULL DEFAULT 0,
        reason text NOT NULL DEFAULT '',
        comment text NOT NULL DEFAULT '',
        owner text COLLATE "C" NOT NULL DEFAULT ''
    ) WITH (fillfactor = 80);
    CREATE INDEX turns_of_conversation ON turns (conversation, started);
    CREATE INDEX turns_by_age ON turns (started);
    -- What the operator's figures are made of; a turn's own row is kilobytes.
    CREATE INDEX turns_at_a_glance ON turns (started) INCLUDE (
        outcome, grounding, rating, door, model, own_key, cost_usd, ended, language, conversation
    );
    CREATE INDEX attempts ON turns (retry_of) WHERE retry_of <> '';
    -- One answer at a time of a conversation, whichever process it was asked of.
    CREATE UNIQUE INDEX running ON turns (conversation) WHERE outcome = 'running';
    CREATE TABLE keys (
        conversation text COLLATE "C" PRIMARY KEY,
        ciphertext bytea NOT NULL,
        kept double precision NOT NULL
    );
    CREATE TABLE spend (
        day text NOT NULL, own_key integer NOT NULL, usd double precision NOT NULL,
        PRIMARY KEY (day, own_key)
    );
    CREATE TABLE missed (
        day text NOT NULL, words text NOT NULL, times integer NOT NULL, PRIMARY KEY (day, words)
    );
    CREATE TABLE gaps (
        day text NOT NULL, question text NOT NULL, note text NOT NULL, agent text NOT NULL,
        times integer NOT NULL, PRIMARY KEY (day, question, note, agent)
    );
    CREATE TABLE secrets (name text PRIMARY KEY, value bytea NOT NULL);
    -- Processes that serve, each with a lease that it renews.
    CREATE TABLE processes (id text COLLATE "C" PRIMARY KEY, seen timestamptz NOT NULL);
    -- What one process asks of another: to stop an answer, or to tell how it goes on.
    CREATE TABLE orders (
        id bigserial PRIMARY KEY, owner text COLLATE "C" NOT NULL, turn text COLLATE "C" NOT NULL,
        what text NOT NULL, who text COLLATE "C" NOT NULL
    );
    CREATE INDEX orders_of_owner ON orders (owner);
    -- How answers that are followed elsewhere go on; nothing of it is missed after a crash.
    CREATE UNLOGGED TABLE parts (
        turn text COLLATE "C" NOT NULL, number integer NOT NULL, whole boolean NOT NULL,
        data text NOT NULL, written timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (turn, number)
    );
    """,
    """
    -- Places among the answers in flight.
    CREATE TABLE places (
        reservation text COLLATE "C" NOT NULL, owner text COLLATE "C" NOT NULL,
        kind text NOT NULL, whose text COLLATE "C" NOT NULL
    );
    CREATE INDEX places_taken ON places (kind, whose);
    CREATE INDEX places_of_reservation ON places (reservation);
    CREATE FUNCTION hyperrun_take(
        _reservation text, _owner text, _kinds text[], _whose text[], _limits integer[]
    ) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        taken integer;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('hyperrun places'));
        FOR i IN 1 .. cardinality(_kinds) LOOP
            IF _limits[i] > 0 THEN
                SELECT count(*) INTO taken FROM places WHERE kind = _kinds[i] AND whose = _whose[i];
                IF taken >= _limits[i] THEN
                    RETURN _kinds[i];
                END IF;
            END IF;
        END LOOP;
        INSERT INTO places (reservation, owner, kind, whose)
        SELECT _reservation, _owner, each.kind, each.whose
        FROM unnest(_kinds, _whose) AS each (kind, whose);
        RETURN '';
    END $$;
    -- What the last answers of a model have cost.
    CREATE TABLE costs (
        id bigserial PRIMARY KEY, model text NOT NULL, usd double precision NOT NULL
    );
    CREATE INDEX costs_of_model ON costs (model, id);
    -- Sliding windows, in which rates are counted; a crash forgives a minute.
    CREATE UNLOGGED TABLE windows (
        key text COLLATE "C" PRIMARY KEY, hits integer NOT NULL, until timestamptz NOT NULL
    );
    """,
    """
    -- Of readers who do not want to be tracked: their texts go soon.
    ALTER TABLE turns ADD COLUMN private integer NOT NULL DEFAULT 0;
    CREATE INDEX turns_private ON turns (started) WHERE private = 1;
    """,
    """
    -- The connection by which a process hears of the others: as long as it is there, so is the
    -- process.
    ALTER TABLE processes ADD COLUMN session_pid integer, ADD COLUMN session_since timestamptz;
    """,
    """
    -- The heading that the operator's model puts it under: it goes with what it is about.
    ALTER TABLE turns ADD COLUMN need text;
    ALTER TABLE missed ADD COLUMN need text;
    ALTER TABLE gaps ADD COLUMN need text;
    """,
)

LOCK = "SELECT pg_advisory_xact_lock(hashtext('hyperrun migrations'))"


async def migrate(database: Database) -> None:
    """Bring the database to this version, one process at a time. Raises `StoreError`, also for a
    newer one, which is left as it is.

    A migration only ever adds: processes of the version before go on meanwhile.
    """
    async with database.transaction() as cursor:
        await cursor.execute(LOCK)
        await cursor.execute(
            "CREATE TABLE IF NOT EXISTS hyperrun_version (version integer NOT NULL)"
        )
        await cursor.execute("SELECT version FROM hyperrun_version")
        row = await cursor.fetchone()
        version = row[0] if row else 0
        if version > len(MIGRATIONS):
            raise StoreError(
                f"the database is of a newer version ({version}, this one knows {len(MIGRATIONS)}):"
                " install that, or name another database (HYPERRUN_DATABASE_URL)"
            )
        if version == len(MIGRATIONS):
            return
        for migration in MIGRATIONS[version:]:
            await cursor.execute(migration)
        await cursor.execute("DELETE FROM hyperrun_version")
        await cursor.execute("INSERT INTO hyperrun_version VALUES (%s)", [len(MIGRATIONS)])
