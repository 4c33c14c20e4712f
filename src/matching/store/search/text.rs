//! The statements of a search, each in one place: what reads people, and what tests look at the plans of.
//!
//! Two texts where a level is asked for or not, in that order: no, yes. The level is named in both, since both are given it. Two texts where engines
//! need different ones: SQLite, PostgreSQL.
//!
//! A limit is written as a sum: SQLite looks at the value of one that is nothing but a parameter, and prepares the statement anew for each. That takes ten times as
//! long as many of these statements do.

// The people of one stream within a segment, after a place; an index has them in this order. What is asked for beyond the languages is looked
// up for those alone who have the bit of the interest.
macro_rules! stream {
    ($speaks:literal, $learns:literal, $level:literal) => {
        concat!(
            "SELECT * FROM (
               SELECT p.user_id, p.active_day, p.ring, p.speaks, p.learns, p.role, p.speaks_level, p.learns_level
               FROM match_pair p
               WHERE p.is_young = $1 AND p.speaks = ",
            $speaks,
            " AND p.learns = ",
            $learns,
            $level,
            "  AND p.active_day BETWEEN $2 AND $3 AND p.ring BETWEEN $4 AND $5
                 AND (p.active_day < $3 OR p.ring > $6 OR (p.ring = $6 AND p.user_id > $7))
                 AND (p.active_day > $2 OR p.ring < $21 OR (p.ring = $21 AND p.user_id <= $22))
                 AND ($8 = 0 OR (p.topics & $8 <> 0 AND EXISTS (
                      SELECT 1 FROM user_interest i WHERE i.user_id = p.user_id AND i.interest = $9)))
                 AND (NOT $10 OR EXISTS (
                      SELECT 1 FROM presence s JOIN users h ON h.id = s.user_id
                      WHERE s.user_id = p.user_id AND s.connections > 0 AND h.show_online AND NOT h.is_invisible))
               ORDER BY p.active_day DESC, p.ring, p.user_id LIMIT $11 + 0) one"
        )
    };
}

// Four of them, cut to what is wanted before anything else is looked up.
macro_rules! segment {
    ($level:literal) => {
        concat!(
            "SELECT c.user_id, c.active_day, c.ring, c.speaks, c.learns, c.role, c.speaks_level, c.learns_level,
                    m.interests, m.hours, m.correction, m.name_key, u.time_zone
             FROM (SELECT * FROM (",
            stream!("$13", "$14", $level),
            " UNION ALL ",
            stream!("$15", "$16", $level),
            " UNION ALL ",
            stream!("$17", "$18", $level),
            " UNION ALL ",
            stream!("$19", "$20", $level),
            ") every ORDER BY active_day DESC, ring, user_id LIMIT $11 + 0) c
             JOIN match_person m ON m.user_id = c.user_id JOIN users u ON u.id = c.user_id
             WHERE $12 = $12
             ORDER BY c.active_day DESC, c.ring, c.user_id"
        )
    };
}

/// People of up to four streams within a segment.
pub(super) const SEGMENT: [&str; 2] = [segment!(""), segment!(" AND p.learns_level = $12")];

/// How many people are wanted among the first rows of so many streams, in whatever order these are, and the rows of the longest of them.
pub(super) fn count(streams: usize, is_of_level: bool) -> String {
    let level = if is_of_level { " AND p.learns_level = $6" } else { "" };
    let stream = |number: usize| {
        let (speaks, learns) = (7 + 2 * number, 8 + 2 * number);
        format!(
            "SELECT {number} AS stream, user_id,
               ($2 = 0 OR (topics & $2 <> 0 AND EXISTS (
                 SELECT 1 FROM user_interest i WHERE i.user_id = one.user_id AND i.interest = $3)))
               AND (NOT $4 OR EXISTS (
                 SELECT 1 FROM presence s JOIN users h ON h.id = s.user_id
                 WHERE s.user_id = one.user_id AND s.connections > 0 AND h.show_online AND NOT h.is_invisible)) AS is_wanted
             FROM (SELECT p.user_id, p.topics FROM match_pair p
                   WHERE p.is_young = $1 AND p.speaks = ${speaks} AND p.learns = ${learns}{level} LIMIT $5 + 0) one"
        )
    };
    let every: Vec<String> = (0..streams).map(stream).collect();
    format!(
        "WITH every AS MATERIALIZED ({})
         SELECT (SELECT COUNT(DISTINCT user_id) FROM every WHERE is_wanted),
                COALESCE((SELECT MAX(number) FROM (SELECT COUNT(*) AS number FROM every GROUP BY stream) one), 0)
         WHERE $6 = $6",
        every.join(" UNION ALL ")
    )
}

// Where the row stands that comes so many after a place; there is none where fewer are left.
macro_rules! reached {
    ($speaks:literal, $learns:literal, $level:literal) => {
        concat!(
            "SELECT * FROM (
               SELECT p.active_day, p.ring, p.user_id FROM match_pair p
               WHERE p.is_young = $1 AND p.speaks = ",
            $speaks,
            " AND p.learns = ",
            $learns,
            $level,
            "  AND p.active_day BETWEEN $2 AND $3 AND p.ring BETWEEN $4 AND $5
                 AND (p.active_day < $3 OR p.ring > $6 OR (p.ring = $6 AND p.user_id > $7))
               ORDER BY p.active_day DESC, p.ring, p.user_id LIMIT 1 OFFSET $8) one"
        )
    };
}

macro_rules! reach {
    ($level:literal) => {
        concat!(
            "SELECT active_day, ring, user_id FROM (",
            reached!("$10", "$11", $level),
            " UNION ALL ",
            reached!("$12", "$13", $level),
            " UNION ALL ",
            reached!("$14", "$15", $level),
            " UNION ALL ",
            reached!("$16", "$17", $level),
            ") every WHERE $9 = $9"
        )
    };
}

/// Where rows stand that come so many after a place.
pub(super) const REACH: [&str; 2] = [reach!(""), reach!(" AND p.learns_level = $9")];

macro_rules! of_people {
    ($ids:literal, $is_wanted:literal) => {
        concat!(
            "SELECT p.user_id, p.active_day, p.ring, p.speaks, p.learns, p.role, p.speaks_level, p.learns_level,
                    m.interests, m.hours, m.correction, m.name_key, u.time_zone
             FROM match_pair p JOIN match_person m ON m.user_id = p.user_id JOIN users u ON u.id = p.user_id
             WHERE CASE WHEN p.is_young THEN $1 ELSE NOT $1 END AND ",
            $is_wanted,
            " AND p.user_id IN (",
            $ids,
            ") ORDER BY p.user_id"
        )
    };
}

/// Rows of some people, of these pairs of languages: "|en/es|fr/es|". Asked so that no engine thinks of an index for it: who these people are says
/// more.
pub(super) const OF_PEOPLE: [&str; 2] = [
    of_people!(
        "SELECT unhex(value) FROM json_each($2)",
        "instr($3, '|' || p.speaks || '/' || p.learns || '|') > 0"
    ),
    of_people!(
        "SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb)",
        "strpos($3, '|' || p.speaks || '/' || p.learns || '|') > 0"
    ),
];

/// People of a stream one of whose words begins so.
pub(super) const NAMED: &str =
    "SELECT user_id FROM match_name WHERE is_young = $1 AND speaks = $2 AND learns = $3 AND word >= $4 AND word < $5
               ORDER BY word, user_id LIMIT $6 + 0";

/// Those of some people who show when they are here.
pub(super) const SHOWN: [&str; 2] = [
    "SELECT id FROM users WHERE show_online AND NOT is_invisible AND id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT id FROM users WHERE show_online AND NOT is_invisible
           AND id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
];

/// What cards show of some people.
pub(super) const CARDS: [&str; 2] = [
    "SELECT id, username, display_name, picture_id, show_online, is_invisible, is_busy FROM users
         WHERE username <> '' AND id IN (SELECT unhex(value) FROM json_each($1))",
    "SELECT id, username, display_name, picture_id, show_online, is_invisible, is_busy FROM users
         WHERE username <> '' AND id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
];

/// People with an interest.
pub(super) const INTERESTED: &str =
    "SELECT user_id FROM user_interest WHERE interest = $1 ORDER BY user_id LIMIT $2 + 0";

/// Whom nobody who looks for partners wants to hear of.
pub(super) const KNOWN: &str = "SELECT recipient_id AS id FROM match_request WHERE sender_id = $1 AND status = 'pending'
               UNION ALL SELECT recipient_id FROM match_request WHERE sender_id = $1 AND status = 'declined' AND settled_at > $2
               UNION ALL SELECT high_id FROM partnership WHERE low_id = $1 AND ended_at IS NULL
               UNION ALL SELECT low_id FROM partnership WHERE high_id = $1 AND ended_at IS NULL";

macro_rules! habits {
    ($ids:literal) => {
        concat!(
            "SELECT recipient_id, SUM(CASE WHEN status = 'pending' THEN 1 ELSE 0 END) AS waiting,
                    SUM(CASE WHEN status IN ('accepted', 'declined', 'expired') THEN 1 ELSE 0 END) AS asked,
                    SUM(CASE WHEN status IN ('accepted', 'declined') THEN 1 ELSE 0 END) AS answered
             FROM match_request WHERE created_at > $1 AND recipient_id IN (",
            $ids,
            ") GROUP BY recipient_id"
        )
    };
}

/// How people have answered requests.
pub(super) const HABITS: [&str; 2] = [
    habits!("SELECT unhex(value) FROM json_each($2)"),
    habits!("SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb)"),
];

/// All of them by name, as an engine is given them.
pub(in crate::matching) fn all(is_sqlite: bool) -> Vec<(&'static str, String)> {
    let engine = if is_sqlite { 0 } else { 1 };
    let fixed = [
        ("segment", SEGMENT[0]),
        ("segment of a level", SEGMENT[1]),
        ("reach", REACH[0]),
        ("reach of a level", REACH[1]),
        ("of people", OF_PEOPLE[engine]),
        ("named", NAMED),
        ("shown", SHOWN[engine]),
        ("cards", CARDS[engine]),
        ("interested", INTERESTED),
        ("known", KNOWN),
        ("habits", HABITS[engine]),
    ];
    let fixed = fixed.into_iter().map(|(name, sql)| (name, sql.to_owned()));
    fixed
        .chain([("count", count(4, false)), ("count of a level", count(4, true))])
        .collect()
}
