//! Who is found, in which order, page by page.

use std::collections::BTreeSet;

use speakle::kernel::clock::{day, zone_week};
use speakle::kernel::error::AppError;
use speakle::kernel::id::UserId;
use speakle::matching::index::{self, Index};
use speakle::matching::model::order::{Place, Round, WINDOW};
use speakle::matching::model::score::{Fit, Habits, Side, fit};
use speakle::matching::model::{Count, Filters, PAGE, PersonView, Requests, Standing, Suggestion, Suggestions};
use speakle::matching::service::{self, Extent};
use speakle::profiles::about::ADULT;
use speakle::profiles::interests::Interest;
use speakle::profiles::languages::LanguageCode;
use speakle::profiles::model::{Level, PersonLanguage, Profile, Role};
use speakle::realtime::model::Presence;
use speakle::realtime::presence::PresenceListener;

use crate::harness::{Engine, Person, TestApp};

both_engines!(
    those_are_found_who_suit_both_ways,
    filters_narrow_the_search,
    filters_that_name_nothing_known_find_nobody,
    pages_join_without_gap_or_repetition,
    the_database_ranks_as_the_rules_do,
    people_of_one_window_come_before_those_of_the_next,
    who_is_rare_is_found_however_far_one_has_to_look,
    it_is_said_how_many_fit,
    a_profile_says_what_stands_between_two,
    young_people_and_adults_do_not_meet,
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
        (&[("name", "%")], &[]),
        (&[("name", "muller")], &["de_es"]),
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
            ..Profile::default()
        }
    }
}

/// What the rules say of two profiles, for people without hours.
fn suits(me: &Profile, they: &Profile, days_away: i32) -> Option<Fit> {
    let [me, they] = [me, they].map(|profile| {
        let week = zone_week(20_000, "UTC");
        Side::of(profile, profile.hours.within(&week))
    });
    let habits = Habits {
        days_away,
        ..Habits::default()
    };
    fit(&me, &they, &habits)
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
            .filter_map(|(they, theirs)| Some((they.id, suits(mine, theirs, 0)?)))
            .collect();
        expected.sort_by_key(|(id, fit)| (-fit.score, *id));
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

/// Everybody whom a search finds, window by window of this size.
async fn found_in(app: &TestApp, me: &Person, window: usize) -> Vec<UserId> {
    let extent = Extent {
        window,
        ..Extent::default()
    };
    found_by(app, me, Filters::default(), extent).await
}

async fn page_of(app: &TestApp, me: &Person, filters: &Filters, extent: Extent) -> Suggestions {
    service::find_in(&app.state, &me.viewer(), filters, extent)
        .await
        .unwrap()
}

async fn found_by(app: &TestApp, me: &Person, mut filters: Filters, extent: Extent) -> Vec<UserId> {
    let mut found = Vec::new();
    for _ in 0..500 {
        let page = page_of(app, me, &filters, extent).await;
        assert!(page.items.len() <= extent.window.min(PAGE));
        found.extend(page.items.into_iter().map(|found| found.person.id));
        match page.next {
            Some(next) => filters.after = next,
            None => return found,
        }
    }
    panic!("pages without end");
}

async fn people_of_one_window_come_before_those_of_the_next(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let mut dice = Dice(0x5eed_0002);
    let mut people = Vec::new();
    for n in 0..60 {
        let profile = dice.profile();
        let person = app
            .person(&format!("person{n}"))
            .profile(profile.clone())
            .create()
            .await;
        people.push((person, profile, 0));
    }
    // They were here on different days, some today.
    let first = day(app.state.clock.now());
    for today in 1..=5 {
        app.advance(std::time::Duration::from_secs(24 * 3_600));
        let index = Index::new(app.state.clone());
        for (person, _, last) in &mut people {
            if dice.roll(3) == 0 {
                PresenceListener::changed(&index, person.id, Presence::Online).await;
                *last = today;
            }
        }
    }
    let today = first + 5;
    for (me, mine, _) in people.iter().step_by(7) {
        let round = Round::of(me.id, today);
        let candidates: Vec<(Place, i64)> = people
            .iter()
            .filter(|(they, ..)| they.id != me.id)
            .filter_map(|(they, theirs, last)| {
                let place = Place {
                    day: first + last,
                    ring: Place::ring_of(they.id),
                    id: they.id,
                };
                Some((place, suits(mine, theirs, 5 - last)?.score))
            })
            .collect();
        for window in [1, 3, 7, 20, 21, WINDOW] {
            let expected: Vec<UserId> = round.windows(candidates.clone(), window).concat();
            assert_eq!(
                found_in(&app, me, window).await,
                expected,
                "{} by {window}",
                me.username
            );
        }
    }
    // And again once the index was made anew.
    app.execute("DELETE FROM match_person").await;
    index::Complete(app.state.clone()).complete().await.unwrap();
    let mut found = 0;
    for (me, ..) in people.iter().step_by(7) {
        found += found_in(&app, me, WINDOW).await.len();
    }
    assert!(found > 0);
}

async fn who_is_rare_is_found_however_far_one_has_to_look(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app
        .person("ana")
        .speaks("es")
        .fluent("fr")
        .learns("en", "B1")
        .create()
        .await;
    let mut expected = BTreeSet::new();
    for n in 0..50 {
        // Some stand in two pairs of languages.
        let person = app.person(&format!("person{n}")).speaks("en").learns("es", "A2");
        let person = if n % 4 == 0 { person.learns("fr", "B1") } else { person };
        let person = if n % 7 == 3 { person.likes("films") } else { person };
        let person = person.create().await;
        if n % 7 == 3 {
            expected.insert(person.id);
        }
    }
    let films = || Filters {
        interest: "films".to_owned(),
        ..Filters::default()
    };
    let mut empty_pages = 0;
    for (few, look, looks, window) in [
        (1_000, 1, 1, 120),
        (0, 3, 1, 120),
        (0, 3, 2, 2),
        (0, 1, 1, 1),
        (0, 2_000, 3, 120),
    ] {
        let extent = Extent {
            window,
            few,
            look,
            looks,
        };
        let found = found_by(&app, &ana, films(), extent).await;
        assert_eq!(found.len(), expected.len(), "{extent:?}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{extent:?}");
        let mut filters = films();
        while let Some(next) = page_of(&app, &ana, &filters, extent).await.next {
            filters.after = next;
            let is_empty = page_of(&app, &ana, &filters, extent).await.items.is_empty();
            empty_pages += usize::from(is_empty);
        }
    }
    assert!(empty_pages > 0, "no look ended with nobody: this test tests too little");
}

async fn it_is_said_how_many_fit(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app
        .person("ana")
        .speaks("es")
        .fluent("fr")
        .learns("en", "B1")
        .create()
        .await;
    let counted = async |filters: &[(&str, &str)]| {
        let query: Vec<(String, &str)> = filters
            .iter()
            .map(|(name, value)| (format!("filters[{name}]"), *value))
            .collect();
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let page: Suggestions = ana.ask("find_partners", &query).await.unwrap();
        page.count.map(|Count { number, is_least }| (number, is_least))
    };
    assert_eq!(counted(&[]).await, Some((0, false)));
    for n in 0..23 {
        let person = app
            .person(&format!("person{n}"))
            .called("Carla Soler")
            .speaks("en")
            .learns("es", "A2");
        let person = if n % 2 == 0 { person.learns("fr", "B1") } else { person };
        let person = if n % 3 == 0 { person.likes("films") } else { person };
        person.create().await;
    }
    assert_eq!(counted(&[]).await, Some((23, false)), "who is in two pairs counts once");
    assert_eq!(counted(&[("interest", "films")]).await, Some((8, false)));
    assert_eq!(counted(&[("level", "B1")]).await, Some((12, false)));
    assert_eq!(counted(&[("name", "carla")]).await, Some((23, false)));
    assert_eq!(counted(&[("name", "nobody")]).await, Some((0, false)));
    assert_eq!(counted(&[("level", "Z9")]).await, Some((0, false)));
    // Who is asked already is not among them.
    ana.tell::<()>("send_request", &[("to", "person4"), ("message", "")])
        .await
        .unwrap();
    assert_eq!(counted(&[]).await, Some((22, false)));
    assert_eq!(counted(&[("level", "B1")]).await, Some((11, false)));
    // Later pages go on from what the first has said.
    let first: Suggestions = ana.ask("find_partners", &[]).await.unwrap();
    let second: Suggestions = ana
        .ask("find_partners", &[("filters[after]", &first.next.unwrap())])
        .await
        .unwrap();
    assert_eq!((second.items.len(), second.count), (2, None));
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

/// Says when they were born.
async fn born(person: &Person, learns: &str, year: i16) {
    let year = year.to_string();
    let speaks = if learns == "es" { "en" } else { "es" };
    let form = [
        ("display_name", person.username.as_str()),
        ("bio", ""),
        ("time_zone", "Europe/Madrid"),
        ("interests", ""),
        ("languages[0][language]", speaks),
        ("languages[0][role]", "native"),
        ("languages[0][level]", ""),
        ("languages[1][language]", learns),
        ("languages[1][role]", "learning"),
        ("languages[1][level]", "B1"),
        ("birth_year", &year),
    ];
    person.tell::<()>("save_profile", &form).await.unwrap();
}

async fn young_people_and_adults_do_not_meet(engine: Engine) {
    let app = TestApp::start(engine).await;
    let adult_since = app.state.clock.this_year() - ADULT;
    let suits = |name: &'static str| app.person(name).speaks("en").learns("es", "B1").create();
    let (ana, yara) = (app.person("ana").create().await, app.person("yara").create().await);
    let (old, young, silent) = (suits("old").await, suits("young").await, suits("silent").await);
    // Asked before anybody had said anything.
    young
        .tell::<()>("send_request", &[("to", "ana"), ("message", "")])
        .await
        .unwrap();
    let requests: Requests = ana.ask("open_requests", &[]).await.unwrap();
    born(&yara, "en", adult_since + 1).await;
    born(&old, "es", adult_since).await;
    born(&young, "es", adult_since + 2).await;

    assert_eq!(names(&ana, &[]).await, set(&["old", "silent"]));
    assert_eq!(names(&yara, &[]).await, set(&["young"]));
    assert_eq!(names(&young, &[]).await, set(&["yara"]));
    assert_eq!(names(&silent, &[]).await, set(&["ana"]));
    for (me, other) in [(&ana, "young"), (&young, "old"), (&yara, "silent"), (&silent, "yara")] {
        assert_eq!(me.fetch("person", &[("username", other)]).await.status, 404, "{other}");
        let asked = me.tell::<()>("send_request", &[("to", other), ("message", "")]).await;
        assert_eq!(asked, Err(AppError::NotFound), "{other}");
    }
    let visitor = app.visitor();
    assert_eq!(visitor.fetch("person", &[("username", "young")]).await.status, 404);
    assert_eq!(visitor.fetch("person", &[("username", "old")]).await.status, 200);
    assert_eq!(yara.fetch("person", &[("username", "young")]).await.status, 200);
    assert_eq!(yara.fetch("person", &[("username", "yara")]).await.status, 200);
    let request = requests.incoming[0].id.to_string();
    let accepted = ana.tell::<()>("accept_request", &[("request", &request)]).await;
    assert_eq!(accepted, Err(AppError::NotFound));
    yara.tell::<()>("send_request", &[("to", "young"), ("message", "")])
        .await
        .unwrap();
}
