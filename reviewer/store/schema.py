"""The tables, as named steps of SQL text that every engine runs. A released step is never edited.

Times are UTC ISO-8601 text. A `number` is this file's own; an `id` is a hash of content and the same in every file.
Rows that people write (`label`, `flag`, `adjudication`, `act`) are only ever added, and refer to evidence by `id` so
that their hashes hold in another file.
"""

from __future__ import annotations

FIRST_STEP = (
    """create table rater (
        name text primary key,
        kind text not null check (kind in ('human', 'model', 'rule')),
        created_at text not null
    )""",
    """create table configuration (
        number integer primary key,
        name text not null unique,
        provider text,
        model text,
        lab text,
        settings text
    )""",
    """create table rubric (
        hash text primary key,
        id text not null,
        version integer not null,
        body text not null,
        stored_at text not null
    )""",
    """create table suite (
        number integer primary key,
        id text not null,
        version integer not null,
        hash text not null,
        title text not null,
        evaluation text not null,
        rubric text not null,
        source text not null,
        stored_at text not null,
        unique (id, version)
    )""",
    """create table prompt (
        number integer primary key,
        id text not null unique,
        messages text not null
    )""",
    """create table suite_prompt (
        suite integer not null references suite (number),
        prompt integer not null references prompt (number),
        name text,
        reference text,
        secret text,
        severity integer check (severity between 0 and 3),
        tags text not null,
        grouping_name text,
        provenance text,
        primary key (suite, prompt)
    )""",
    "create index suite_prompt_by_prompt on suite_prompt (prompt)",
    """create table response (
        number integer primary key,
        id text not null unique,
        prompt integer not null references prompt (number),
        configuration integer not null references configuration (number),
        sample integer not null check (sample >= 1),
        text text not null,
        reasoning text,
        tool_calls text,
        stop_reason text,
        refusal text,
        usage text,
        raw text,
        source text,
        source_id text,
        replaced text,
        stored_at text not null
    )""",
    "create index response_by_prompt on response (prompt)",
    """create table study (
        number integer primary key,
        name text not null unique,
        rubric text not null references rubric (hash),
        state text not null check (state in ('open', 'closed')),
        panes integer not null check (panes between 1 and 8),
        overlap integer not null check (overlap >= 1),
        seed integer not null,
        policy text not null,
        sample text not null,
        aids text not null check (aids in ('off', 'after', 'before')),
        assigned integer not null check (assigned in (0, 1)),
        items integer not null,
        created_at text not null,
        closed_at text
    )""",
    """create table study_rater (
        study integer not null references study (number),
        rater text not null references rater (name),
        quota integer,
        turn integer not null,
        done integer not null,
        primary key (study, rater)
    )""",
    """create table item (
        number integer primary key,
        id text unique,
        study integer not null references study (number),
        position integer not null,
        prompt integer not null references prompt (number),
        size integer not null,
        places integer not null,
        taken integer not null check (taken between 0 and places),
        unique (study, position)
    )""",
    "create index item_with_place on item (study, taken, position) where taken < places",
    "create index item_by_prompt on item (study, prompt)",
    """create table study_response (
        study integer not null references study (number),
        response integer not null references response (number),
        item integer references item (number),
        drawn integer,
        pool integer,
        primary key (study, response)
    )""",
    "create index study_response_by_item on study_response (item) where item is not null",
    """create table pairing (
        study integer not null references study (number),
        first integer not null references configuration (number),
        second integer not null references configuration (number),
        met integer not null,
        primary key (study, first, second)
    )""",
    """create table place (
        item integer not null references item (number),
        rater text not null references rater (name),
        study integer not null references study (number),
        state text not null check (state in ('leased', 'done', 'skipped', 'expired', 'surplus')),
        turn integer not null,
        shown_at text not null,
        expires_at text,
        primary key (item, rater)
    )""",
    "create index place_by_rater on place (study, rater, state, turn)",
    "create index place_by_expiry on place (study, expires_at) where state = 'leased'",
    """create table draft (
        item integer not null references item (number),
        rater text not null references rater (name),
        body text not null,
        saved_at text not null,
        primary key (item, rater)
    )""",
    """create table session (
        token text primary key,
        study integer not null references study (number),
        rater text not null references rater (name),
        host text not null,
        process integer not null,
        seen_at text not null
    )""",
    """create table setting (
        rater text primary key,
        body text not null,
        saved_at text not null
    )""",
    """create table chain (
        rater text primary key,
        sequence integer not null,
        hash text not null
    )""",
    """create table label (
        number integer primary key,
        id text not null unique,
        study text references study (name),
        response text references response (id),
        other_response text references response (id),
        item text,
        question text not null,
        rubric text not null references rubric (hash),
        rater text not null references rater (name),
        sequence integer not null,
        state text not null check (state in ('label', 'refused', 'unparsed', 'retracted')),
        value text,
        note text,
        confidence integer check (confidence between 1 and 3),
        origin text not null check (origin in ('rated', 'imported', 'graded')),
        raw text,
        aids text,
        surplus integer not null check (surplus in (0, 1)),
        supersedes text references label (id),
        panes text not null,
        shown_at text,
        decided_at text,
        saved_at text not null,
        previous_hash text not null,
        hash text not null,
        unique (rater, sequence),
        check ((state = 'label') = (value is not null))
    )""",
    "create unique index label_superseded_once on label (supersedes) where supersedes is not null",
    "create index label_by_item on label (item, rater) where item is not null",
    "create index label_by_response on label (response, rater)",
    "create index label_by_study on label (study)",
    """create table flag (
        number integer primary key,
        id text not null unique,
        study text not null references study (name),
        item text not null,
        response text references response (id),
        rater text not null references rater (name),
        sequence integer not null,
        reason text not null,
        saved_at text not null,
        previous_hash text not null,
        hash text not null,
        unique (rater, sequence)
    )""",
    "create index flag_by_study on flag (study, item)",
    """create table adjudication (
        number integer primary key,
        id text not null unique,
        study text not null references study (name),
        response text references response (id),
        other_response text references response (id),
        item text,
        question text not null,
        rubric text not null references rubric (hash),
        adjudicator text not null,
        sequence integer not null,
        value text,
        reason text not null,
        note text,
        supersedes text references adjudication (id),
        decided_at text not null,
        previous_hash text not null,
        hash text not null,
        unique (adjudicator, sequence)
    )""",
    "create index adjudication_by_study on adjudication (study, response, question)",
    """create table unblinding (
        number integer primary key,
        study integer not null references study (number),
        who text not null,
        at text not null
    )""",
    "create table words_indexed (up_to integer not null)",
    "insert into words_indexed (up_to) values (0)",
)

SECOND_STEP = (
    "alter table suite add column turns text not null default 'replayed' check (turns in ('played', 'replayed'))",
    """create table attempt (
        number integer primary key,
        prompt integer not null references prompt (number),
        configuration integer not null references configuration (number),
        sample integer not null,
        reason text not null,
        status integer,
        message text not null,
        tries integer not null,
        failed_at text not null
    )""",
    "create index attempt_by_configuration on attempt (configuration, prompt, sample)",
    """create table batch (
        number integer primary key,
        errand text not null,
        id text,
        state text not null check (state in ('submitting', 'submitted', 'fetched')),
        submitted_at text not null,
        fetched_at text
    )""",
    """create table batch_request (
        batch integer not null references batch (number),
        key text not null,
        primary key (batch, key)
    )""",
    # No state is a decision of the first version, which had only values and null for "no label".
    "alter table adjudication add column state text check (state in ('decided', 'bad_item', 'ambiguous', 'retracted'))",
    "alter table adjudication add column clause text",
    "create index adjudication_superseded on adjudication (supersedes) where supersedes is not null",
)

THIRD_STEP = (
    # What a study's responses were drawn from, as JSON; null for studies made before it was kept.
    "alter table study add column drawn_from text",
    # The hash of the grader's definition, on the labels that it gave.
    "alter table label add column grader text",
    """create table grader (
        hash text primary key,
        id text not null,
        version integer not null,
        body text not null,
        stored_at text not null
    )""",
    """create table grading (
        number integer primary key,
        grader text not null references grader (hash),
        rater text not null references rater (name),
        response text not null references response (id),
        other_response text references response (id),
        options text not null,
        bait text,
        failure text,
        reply text,
        graded_at text not null
    )""",
    "create index grading_by_rater on grading (rater, response)",
)

# Empty text stands where a unit has no such part, since a key takes no null.
FOURTH_STEP = (
    """create table adjudication_draft (
        study integer not null references study (number),
        adjudicator text not null,
        response text not null,
        other_response text not null,
        item text not null,
        question text not null,
        body text,
        deferred_at text,
        saved_at text not null,
        primary key (study, adjudicator, response, other_response, item, question)
    )""",
)

# By which formula a row is hashed; all rows of before are of the first.
FIFTH_STEP = (
    "alter table label add column hash_version integer not null default 1",
    "alter table flag add column hash_version integer not null default 1",
    "alter table adjudication add column hash_version integer not null default 1",
)

SIXTH_STEP = (
    # What leads and commands did, chained by who did it: see `store.acts`.
    """create table act (
        number integer primary key,
        id text not null unique,
        kind text not null,
        study text references study (name),
        subject text,
        actor text not null,
        login text not null,
        sequence integer not null,
        reason text,
        details text,
        done_at text not null,
        previous_hash text not null,
        hash_version integer not null,
        hash text not null,
        unique (actor, sequence)
    )""",
    "create index act_by_study on act (study, kind)",
    "create index act_by_kind on act (kind, subject)",
    # Under which login an adjudicator decided; null for decisions of before.
    "alter table adjudication add column login text",
    # What keys the aliases of the study's responses and items; set for every study when the file is opened.
    "alter table study add column secret text",
    # Repeats what the acts say, for the queries that hand out items.
    "alter table study_response add column withdrawn integer not null default 0 check (withdrawn in (0, 1))",
    # The order in which rows without a number were stored; null for rows of before, which come first.
    "alter table rater add column number integer",
    "alter table rubric add column number integer",
    "alter table grader add column number integer",
)

SEVENTH_STEP = (
    # How probable the grader held the value that it gave; null where it said nothing of that, and on labels of people.
    "alter table label add column probability real check (probability between 0 and 1)",
)

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("m001_evidence_studies_labels", FIRST_STEP),
    ("m002_collection_adjudication", SECOND_STEP),
    ("m003_graders_sampling", THIRD_STEP),
    ("m004_adjudication_drafts", FOURTH_STEP),
    ("m005_hash_version", FIFTH_STEP),
    ("m006_acts", SIXTH_STEP),
    ("m007_probability", SEVENTH_STEP),
)
