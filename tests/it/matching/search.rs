//! Who is found, in which order, page by page.

use std::collections::BTreeSet;

use speakle::matching::model::{PAGE, PersonView, Standing, Suggestion, Suggestions, reason};
use speakle::profiles::interests::Interest;
use speakle::profiles::languages::LanguageCode;
use speakle::profiles::model::{Level, PersonLanguage, Profile, Role};

use crate::harness::{Engine, Person, TestApp};

both_engines!(
    those_are_found_who_suit_both_ways,
    filters_narrow_the_search,
    filters_that_name_nothing_known_find_nobody,
    pages_join_without_gap_or_repetition,
    the_database_ranks_as_the_rules_do,
    a_profile_says_what_stands_between_two,
);

async fn find(person: &Person, filters: &[(&str, &str)]) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    let mut after = String::new();
    for _ in 0..100 {
        let mut query: Vec<(String, &str)> = filters
            .iter()
            .map(|(name, value)| (format!("filters[{name}]"), *value))
            .collect();
        query.push(("filters[after]".to_owned(), &after));
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let page: Suggestions = person.ask("find_partners", &query).await.unwrap();
        assert!(page.items.len() <= PAGE);
        found.extend(page.items);
        match page.next {
            Some(next) => after = next,
            None => return found,
        }
    }
    panic!("pages without end");
}

async fn names(person: &Person, filters: &[(&str, &str)]) -> BTreeSet<String> {
    find(person, filters)
        .await
        .into_iter()
        .map(|found| found.person.username)
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn those_are_found_who_suit_both_ways(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _ben, _) = app.ana_and_ben().await;
    let suits = |name: &'static str| app.person(name).speaks("en").learns("es", "B1").create();
    let (asked, asks, _free, former) = (
        suits("asked").await,
        suits("asks").await,
        suits("free").await,
        suits("former").await,
    );
    app.person("same").create().await;
    app.person("one_way").speaks("en").learns("fr", "A1").create().await;
    app.person("fluent")
        .fluent("en")
        .learns("es", "C1")
        .speaks("de")
        .create()
        .await;
    ana.tell::<()>("send_request", &[("to", "asked"), ("message", "")])
        .await
        .unwrap();
    asks.tell::<()>("send_request", &[("to", "ana"), ("message", "")])
        .await
        .unwrap();
    app.partners(&ana, &former).await;
    assert_eq!(names(&ana, &[]).await, set(&["asks", "free", "fluent"]));
    let found = find(&ana, &[]).await;
    assert!(
        found
            .iter()
            .all(|found| found.has_asked == (found.person.username == "asks"))
    );
    assert_eq!(
        found.last().unwrap().person.username,
        "fluent",
        "a native speaker comes before a fluent one"
    );
    assert!(!names(&asked, &[]).await.contains("asked"), "oneself");
    // Whoever declined or parted may be found again.
    former
        .tell::<()>("end_partnership", &[("username", "ana")])
        .await
        .unwrap();
    assert!(names(&ana, &[]).await.contains("former"));
}

async fn filters_narrow_the_search(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app
        .person("ana")
        .speaks("es")
        .fluent("fr")
        .learns("en", "B1")
        .learns("de", "A1")
        .create()
        .await;
    let en_es = app
        .person("en_es")
        .called("Élodie Under_Score")
        .speaks("en")
        .learns("es", "A1")
        .likes("cooking")
        .create()
        .await;
    app.person("en_fr")
        .called("Max 100%")
        .speaks("en")
        .learns("fr", "B2")
        .likes("films")
        .create()
        .await;
    app.person("de_es")
        .called("Élodie Müller")
        .speaks("de")
        .learns("es", "B2")
        .likes("cooking")
        .likes("films")
        .create()
        .await;
    let _tab = app.ws(&en_es).await;
    for (filters, expected) in [
        (&[][..], &["en_es", "en_fr", "de_es"][..]),
        (&[("speaks", "en")], &["en_es", "en_fr"]),
        (&[("speaks", "de")], &["de_es"]),
        (&[("learns", "es")], &["en_es", "de_es"]),
        (&[("learns", "fr"), ("speaks", "en")], &["en_fr"]),
        (&[("learns", "fr"), ("speaks", "de")], &[]),
        (&[("level", "B2")], &["en_fr", "de_es"]),
        (&[("level", "B2"), ("learns", "es")], &["de_es"]),
        (&[("interest", "cooking")], &["en_es", "de_es"]),
        (&[("interest", " Cooking ")], &["en_es", "de_es"]),
        (&[("interest", "films"), ("speaks", "de")], &["de_es"]),
        (&[("name", "élodie")], &["en_es", "de_es"]),
        (&[("name", "ÉLODIE M")], &["de_es"]),
        (&[("name", "EN_")], &["en_es", "en_fr"]),
        (&[("name", "under_s")], &["en_es"]),
        // Not patterns: an underscore is an underscore, a percent sign a percent sign.
        (&[("name", "nder_core")], &[]),
        (&[("name", "%")], &["en_fr"]),
        (&[("name", "\\")], &[]),
        (&[("name", "'")], &[]),
        (&[("online", "on")], &["en_es"]),
        (&[("online", "on"), ("speaks", "de")], &[]),
        (
            &[
                ("name", "max"),
                ("interest", "films"),
                ("level", "B2"),
                ("speaks", "en"),
                ("learns", "fr"),
            ],
            &["en_fr"],
        ),
    ] {
        assert_eq!(names(&ana, filters).await, set(expected), "{filters:?}");
    }
    assert!(find(&ana, &[("name", "under")]).await[0].online);
}

async fn filters_that_name_nothing_known_find_nobody(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = (
        app.person("ana").create().await,
        app.person("ben").speaks("en").learns("es", "A1").create().await,
    );
    assert_eq!(names(&ana, &[]).await, set(&["ben"]));
    let (long, after) = ("x".repeat(5_000), format!("80.{}", ben.id));
    for filter in [
        ("speaks", "xx"),
        ("speaks", "'; DROP TABLE users; --"),
        ("learns", "English"),
        ("level", "Z9"),
        ("level", "b1"),
        ("interest", &long),
        ("name", &long),
    ] {
        assert_eq!(names(&ana, &[filter]).await, set(&[]), "{filter:.40?}");
    }
    for after in [
        "x",
        "1",
        "1.x",
        ".",
        "99999999999999999999.x",
        "1.0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5",
        &after,
    ] {
        let page: Suggestions = ana.ask("find_partners", &[("filters[after]", after)]).await.unwrap();
        assert_eq!((page.items.len(), page.next), (0, None), "{after}");
    }
}

async fn pages_join_without_gap_or_repetition(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").likes("cooking").likes("films").create().await;
    for n in 0..53 {
        let person = app.person(&format!("person{n}"));
        let person = if n % 3 == 0 {
            person.speaks("en")
        } else {
            person.fluent("en")
        };
        let person = if n % 4 == 0 { person.likes("films") } else { person };
        person.learns("es", "A2").create().await;
    }
    let found = find(&ana, &[]).await;
    assert_eq!(
        found.iter().map(|found| found.person.id).collect::<BTreeSet<_>>().len(),
        53
    );
    assert_eq!(found.len(), 53, "somebody came twice");
    assert!(
        found
            .windows(2)
            .all(|pair| (-pair[0].reason.score, pair[0].person.id) < (-pair[1].reason.score, pair[1].person.id))
    );
    // Whoever leaves or joins between two pages makes nobody else come twice or never.
    let first: Suggestions = ana.ask("find_partners", &[]).await.unwrap();
    ana.tell::<()>(
        "send_request",
        &[("to", &first.items[3].person.username), ("message", "")],
    )
    .await
    .unwrap();
    app.person("best")
        .speaks("en")
        .learns("es", "A2")
        .likes("films")
        .likes("cooking")
        .create()
        .await;
    let second: Suggestions = ana
        .ask("find_partners", &[("filters[after]", &first.next.unwrap())])
        .await
        .unwrap();
    let ids = |page: &[Suggestion]| page.iter().map(|found| found.person.id).collect::<Vec<_>>();
    assert_eq!(ids(&second.items), ids(&found[PAGE..2 * PAGE]));
}

/// A little generator of numbers, so that a failing round can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64 (Marsaglia 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn profile(&mut self) -> Profile {
        let mut codes = ["es", "en", "fr", "de", "pt"].to_vec();
        let mut languages = Vec::new();
        for _ in 0..2 + self.roll(3) {
            let language = LanguageCode::parse(codes.remove(self.roll(codes.len()))).unwrap();
            let role = Role::ALL[self.roll(3)];
            let level = (role != Role::Native).then(|| Level::ALL[self.roll(6)]);
            languages.push(PersonLanguage { language, role, level });
        }
        let interests = ["cooking", "films", "music", "books", "hiking", "travel"]
            .into_iter()
            .filter(|_| self.roll(2) == 0);
        Profile {
            bio: String::new(),
            languages,
            interests: interests.map(|name| Interest::parse(name).unwrap()).collect(),
        }
    }
}

async fn the_database_ranks_as_the_rules_do(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let mut dice = Dice(0x5eed_0001);
    let mut people = Vec::new();
    for n in 0..70 {
        let profile = dice.profile();
        people.push((
            app.person(&format!("person{n}"))
                .profile(profile.clone())
                .create()
                .await,
            profile,
        ));
    }
    let mut fits = 0;
    for (me, mine) in &people {
        let mut expected: Vec<_> = people
            .iter()
            .filter(|(they, _)| they.id != me.id)
            .filter_map(|(they, theirs)| Some((they.id, reason(mine, theirs)?)))
            .collect();
        expected.sort_by_key(|(id, reason)| (-reason.score, *id));
        let found: Vec<_> = find(me, &[])
            .await
            .into_iter()
            .map(|found| (found.person.id, found.reason))
            .collect();
        assert_eq!(found, expected, "{}: {mine:?}", me.username);
        fits += found.len();
    }
    assert!(fits > 300, "only {fits} pairs fit: this test tests nothing");
}

async fn a_profile_says_what_stands_between_two(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let suits = |name: &'static str| {
        app.person(name)
            .speaks("en")
            .learns("es", "B1")
            .about("About me")
            .create()
    };
    let (carl, dora, _eve) = (suits("carl").await, suits("dora").await, suits("eve").await);
    ana.tell::<()>("send_request", &[("to", "carl"), ("message", "")])
        .await
        .unwrap();
    dora.tell::<()>("send_request", &[("to", "ana"), ("message", "")])
        .await
        .unwrap();
    for (username, standing) in [
        ("ana", Standing::Oneself),
        ("ben", Standing::Partners),
        ("BEN", Standing::Partners),
        ("carl", Standing::Asked),
        ("dora", Standing::HasAsked),
        ("eve", Standing::Strangers),
    ] {
        let view: PersonView = ana.ask("person", &[("username", username)]).await.unwrap();
        assert_eq!(view.standing, standing, "{username}");
        assert_eq!(view.reason.is_some(), standing != Standing::Oneself, "{username}");
    }
    let seen: PersonView = app.visitor().ask("person", &[("username", "carl")]).await.unwrap();
    assert_eq!(
        (seen.standing, seen.reason, seen.profile.bio.as_str()),
        (Standing::SignedOut, None, "About me")
    );
    for nobody in ["nobody", "", "a", "../ana", "%", "ana.", "an\u{430}"] {
        let answer = ben.fetch("person", &[("username", nobody)]).await;
        assert_eq!(answer.status, 404, "{nobody:?}");
    }
    assert_eq!(
        carl.ask::<PersonView>("person", &[("username", "ana")])
            .await
            .unwrap()
            .standing,
        Standing::HasAsked
    );
}
