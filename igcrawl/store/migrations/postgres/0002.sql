-- Records. The crawler writes them in the transaction of the page that held them; see docs/postgres.md.
--
-- Text that the server gives has no length that could be relied on, and a btree takes 2.7 kB: such columns are indexed by
-- hash. Every upsert touches `last_seen` only, in no index, so a fifth of each page is left free for it (HOT updates).

-- The latest known of every account. What an answer does not hold does not erase what is known.
CREATE TABLE users (
    pk bigint PRIMARY KEY,
    username text,
    full_name text,
    biography text,
    external_url text,
    bio_links jsonb,
    category text,
    follower_count bigint,
    following_count bigint,
    media_count bigint,
    is_private boolean,
    is_verified boolean,
    is_business boolean,
    account_type bigint,
    profile_pic_url text,
    pronouns jsonb,
    hd_profile_pic_url text,
    latest_reel_media bigint,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX users_by_username ON users USING hash (username);

-- A row each time something in a profile changed: all that was known of it then. `picture` is the picture's file name;
-- its URL is signed anew with every answer and stands in `users` only.
CREATE TABLE profiles (
    pk bigint NOT NULL,
    fetched_at timestamptz NOT NULL,
    username text,
    full_name text,
    biography text,
    external_url text,
    bio_links jsonb,
    category text,
    follower_count bigint,
    following_count bigint,
    media_count bigint,
    is_private boolean,
    is_verified boolean,
    is_business boolean,
    account_type bigint,
    pronouns jsonb,
    picture text,
    PRIMARY KEY (pk, fetched_at)
);

-- Edges. followers: `pk` follows `owner_pk`; following: `owner_pk` follows `pk`.
CREATE TABLE follows (
    owner_pk bigint NOT NULL,
    direction text NOT NULL,
    pk bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    -- When a complete list did not hold the edge any more, and when the next one did not either.
    missing_since timestamptz,
    gone_at timestamptz,
    PRIMARY KEY (owner_pk, direction, pk)
) WITH (fillfactor = 80);
CREATE INDEX follows_by_pk ON follows (pk, direction);

CREATE TABLE suggestions (
    target_pk bigint NOT NULL,
    pk bigint NOT NULL,
    position bigint,
    social_context text,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (target_pk, pk)
) WITH (fillfactor = 80);
CREATE INDEX suggestions_by_pk ON suggestions (pk);

-- `thing` is the hit's pk, id, name or code: the first that it has.
CREATE TABLE hits (
    query text NOT NULL,
    tab text NOT NULL,
    kind text NOT NULL,
    thing text NOT NULL,
    position bigint,
    pk bigint,
    id text,
    username text,
    name text,
    code text,
    full_name text,
    is_private boolean,
    is_verified boolean,
    profile_pic_url text,
    social_context text,
    latest_reel_media bigint,
    media_count bigint,
    owner_pk bigint,
    owner_username text,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX hits_once ON hits (md5(query), tab, kind, md5(thing));
CREATE INDEX hits_by_pk ON hits (pk);

CREATE TABLE media (
    pk bigint PRIMARY KEY,
    id text,
    code text,
    media_type bigint,
    product_type text,
    taken_at bigint,
    owner_pk bigint,
    owner_username text,
    caption text,
    like_count bigint,
    comment_count bigint,
    play_count bigint,
    url text,
    thumbnail_url text,
    duration double precision,
    title text,
    view_count bigint,
    reshare_count bigint,
    width bigint,
    height bigint,
    has_audio boolean,
    is_paid_partnership boolean,
    accessibility_caption text,
    location_pk bigint,
    location_name text,
    latitude double precision,
    longitude double precision,
    carousel_media_count bigint,
    carousel jsonb,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX media_by_owner ON media (owner_pk, taken_at);
CREATE INDEX media_by_code ON media USING hash (code);

-- Every record that has no table of its own, and those whose ids or counts are no 64-bit numbers. `data` is the JSON
-- line but for the four columns before it.
CREATE TABLE payloads (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    operation text NOT NULL,
    walk text NOT NULL,
    fetched_at timestamptz NOT NULL,
    data jsonb NOT NULL
);
CREATE INDEX payloads_by_walk ON payloads USING hash (walk);
CREATE INDEX payloads_by_type ON payloads (type, fetched_at);
