//! Profiles: what a person says of themselves, and what is not taken.

use speakle::kernel::error::{AppError, FieldProblem, Problem};
use speakle::kernel::week::Weekday;
use speakle::matching::model::PersonView;
use speakle::profiles::about::{BirthYear, CorrectionStyle, Goal, TOPICS_MAX};
use speakle::profiles::countries::Country;
use speakle::profiles::hours::{Stretch, WeekHours};
use speakle::profiles::languages::LanguageCode;
use speakle::profiles::model::{BIO_MAX, LANGUAGES_MAX, Profile, WholeProfile};

use crate::harness::{Answer, Engine, Person, TestApp};

both_engines!(
    a_profile_is_saved_as_it_was_typed,
    every_problem_is_told_at_its_field_and_nothing_is_saved,
    what_somebody_wants_of_an_exchange_is_kept,
    hours_in_common_are_told_by_the_readers_clock,
    a_year_of_birth_is_shown_with_consent_alone,
    nobody_passes_from_young_people_to_adults_by_a_year_typed_anew,
    lists_have_their_limits,
    text_in_every_script_comes_back_unharmed,
    saving_at_the_same_moment_never_mixes_two_profiles,
    nobody_saves_without_a_session,
    preferences_are_kept_and_unknown_ones_refused,
);

type Form<'a> = Vec<(&'a str, &'a str)>;

fn form<'a>(changes: &[(&'a str, &'a str)]) -> Form<'a> {
    let mut form = vec![
        ("display_name", "Ana Castillo"),
        ("bio", "Hello"),
        ("time_zone", "Europe/Madrid"),
        ("interests", "cooking"),
        ("languages[0][language]", "es"),
        ("languages[0][role]", "native"),
        ("languages[0][level]", ""),
        ("languages[1][language]", "en"),
        ("languages[1][role]", "learning"),
        ("languages[1][level]", "B1"),
    ];
    for (name, value) in changes {
        match form.iter_mut().find(|(field, _)| field == name) {
            Some(field) => field.1 = value,
            None => form.push((name, value)),
        }
    }
    form
}

async fn save(person: &Person, changes: &[(&str, &str)]) -> Answer {
    person.call("save_profile", &form(changes)).await
}

async fn saved(person: &Person) -> Profile {
    person.ask("own_profile", &[]).await.unwrap()
}

fn problems(answer: &Answer) -> Vec<(String, Problem)> {
    match answer.error() {
        AppError::Invalid(problems) => problems
            .into_iter()
            .map(|FieldProblem { field, problem }| (field, problem))
            .collect(),
        other => panic!("{other}"),
    }
}

async fn a_profile_is_saved_as_it_was_typed(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let changes = [
        ("bio", "  First line\r\n\r\nSecond line  "),
        ("interests", " Cooking, films,, my own THING , films"),
        ("languages[2][language]", ""),
        ("languages[2][role]", "learning"),
        ("languages[3][language]", "pt"),
        ("languages[3][role]", "fluent"),
        ("languages[3][level]", "C1"),
    ];
    assert_eq!(save(&ana, &changes).await.result::<()>(), Ok(()));
    let profile = saved(&ana).await;
    assert_eq!(profile.bio, "First line\n\nSecond line");
    let languages: Vec<_> = profile
        .languages
        .iter()
        .map(|l| (l.language.code(), l.role.name(), l.level_name()))
        .collect();
    assert_eq!(
        languages,
        [
            ("es", "native", None),
            ("en", "learning", Some("B1")),
            ("pt", "fluent", Some("C1"))
        ]
    );
    assert_eq!(profile.interests.len(), 3, "{:?}", profile.interests);
    assert_eq!(app.texts("SELECT search_key FROM users").await, ["ana castillo ana"]);
    // What is no longer in the form is gone.
    save(&ana, &[("interests", ""), ("bio", "")])
        .await
        .result::<()>()
        .unwrap();
    let profile = saved(&ana).await;
    assert_eq!(
        (profile.bio.as_str(), profile.languages.len(), profile.interests.len()),
        ("", 2, 0)
    );
}

async fn every_problem_is_told_at_its_field_and_nothing_is_saved(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    save(&ana, &[]).await.result::<()>().unwrap();
    let before = app.dump(&[]).await;
    let (long_name, long_bio) = ("ñ".repeat(61), "日".repeat(BIO_MAX + 1));
    let long_topics = "x".repeat(TOPICS_MAX + 1);
    for (changes, field, problem) in [
        (&[("display_name", " \u{200b} ")][..], "display_name", Problem::Required),
        (
            &[("display_name", &long_name)],
            "display_name",
            Problem::TooLong { max: 60 },
        ),
        (&[("bio", &long_bio)], "bio", Problem::TooLong { max: BIO_MAX }),
        (&[("time_zone", "Mars/Olympus")], "time_zone", Problem::Unknown),
        (&[("time_zone", "../../etc/passwd")], "time_zone", Problem::Unknown),
        (
            &[("languages[0][language]", "xx")],
            "languages[0][language]",
            Problem::Unknown,
        ),
        (
            &[("languages[0][role]", "boss")],
            "languages[0][role]",
            Problem::Unknown,
        ),
        (
            &[("languages[1][level]", "D1")],
            "languages[1][level]",
            Problem::Unknown,
        ),
        (&[("languages[1][level]", "")], "languages[1][level]", Problem::Required),
        (
            &[("languages[1][language]", "es")],
            "languages[1][language]",
            Problem::Repeated,
        ),
        (&[("languages[1][role]", "native")], "languages", Problem::Required),
        (
            &[("topics", &long_topics)],
            "topics",
            Problem::TooLong { max: TOPICS_MAX },
        ),
        (
            &[("goals[0]", "speak"), ("goals[1]", "sing")],
            "goals",
            Problem::Unknown,
        ),
        (&[("correction", "never")], "correction", Problem::Unknown),
        (&[("hours[0]", "mon-24")], "hours", Problem::Unknown),
        (&[("country", "XX")], "country", Problem::Unknown),
        (&[("birth_year", "3000")], "birth_year", Problem::Unknown),
    ] {
        let answer = save(&ana, changes).await;
        assert_eq!(answer.status, 422, "{changes:?}: {}", answer.body);
        assert_eq!(problems(&answer), [(field.to_owned(), problem)], "{changes:?}");
    }
    let several = [
        ("display_name", ""),
        ("time_zone", "x"),
        ("languages[0][language]", "xx"),
    ];
    let fields: Vec<String> = problems(&save(&ana, &several).await)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["display_name", "time_zone", "languages[0][language]"]);
    app.assert_unchanged(&before, &[]).await;
}

async fn what_somebody_wants_of_an_exchange_is_kept(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = (
        app.person("ana").create().await,
        app.person("ben").speaks("en").learns("es", "A2").create().await,
    );
    let changes = [
        ("topics", " Food,\r\nfootball "),
        ("goals[]", "travel"),
        ("goals[]", "speak"),
        ("correction", "at_the_end"),
        ("hours[]", "mon-18"),
        ("hours[]", "sun-23"),
        ("country", "ES"),
    ];
    // Several fields of one name, as a browser sends boxes that are ticked.
    let form: Form<'_> = form(&[]).into_iter().chain(changes).collect();
    assert_eq!(ana.call("save_profile", &form).await.result::<()>(), Ok(()));
    let seen = ben.ask::<PersonView>("person", &[("username", "ana")]).await.unwrap();
    for profile in [saved(&ana).await, seen.profile] {
        assert_eq!(profile.topics, "Food,\nfootball");
        assert_eq!(profile.goals, [Goal::Speak, Goal::Travel]);
        assert_eq!(profile.correction, Some(CorrectionStyle::AtTheEnd));
        assert_eq!(
            profile.hours,
            WeekHours::parse(&["mon-18", "sun-23"].map(str::to_owned)).unwrap()
        );
        assert_eq!(profile.country.map(Country::code), Some("ES"));
    }
    // What is no longer in the form is gone.
    save(&ana, &[]).await.result::<()>().unwrap();
    let profile = saved(&ana).await;
    assert_eq!(
        (profile.topics.as_str(), profile.goals.len(), profile.correction),
        ("", 0, None)
    );
    assert!(profile.hours.is_empty() && profile.country.is_none());
}

async fn hours_in_common_are_told_by_the_readers_clock(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, luz) = (app.person("ana").create().await, app.person("luz").create().await);
    // Neither zone has changed its clock for decades: 14:00 in Bogotá is 04:00 of the next day in Tokyo.
    let tokyo = [
        ("time_zone", "Asia/Tokyo"),
        ("hours[0]", "tue-4"),
        ("hours[1]", "tue-5"),
        ("hours[2]", "mon-14"),
    ];
    let bogota = [
        ("time_zone", "America/Bogota"),
        ("hours[0]", "mon-14"),
        ("hours[1]", "sun-14"),
    ];
    let seen = |me: Person, other: &'static str| async move {
        let view: PersonView = me.ask("person", &[("username", other)]).await.unwrap();
        view.in_common
    };
    save(&ana, &tokyo).await.result::<()>().unwrap();
    assert_eq!(seen(ana.clone(), "luz").await, None, "she has not said when");
    save(&luz, &bogota).await.result::<()>().unwrap();
    let hour = |day, hour: u16| {
        Some(vec![Stretch {
            day,
            from: hour * 60,
            to: (hour + 1) * 60,
        }])
    };
    assert_eq!(seen(ana.clone(), "luz").await, hour(Weekday::Tuesday, 4));
    assert_eq!(seen(luz.clone(), "ana").await, hour(Weekday::Monday, 14));
    assert_eq!(seen(ana.clone(), "ana").await, None, "oneself");
    save(&luz, &[("time_zone", "America/Bogota"), ("hours[0]", "sat-3")])
        .await
        .result::<()>()
        .unwrap();
    assert_eq!(seen(ana.clone(), "luz").await, Some(vec![]), "they do not meet");
    let visitor: PersonView = app.visitor().ask("person", &[("username", "luz")]).await.unwrap();
    assert_eq!(visitor.in_common, None);
}

/// A year, and whether it is shown.
async fn say_year(person: &Person, year: i16, shown: &str) -> Answer {
    save(person, &[("birth_year", &year.to_string()), ("show_birth_year", shown)]).await
}

async fn a_year_of_birth_is_shown_with_consent_alone(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let year = app.state.clock.this_year() - 40;
    let born = |person: Person| async move {
        let view: PersonView = person.ask("person", &[("username", "ana")]).await.unwrap();
        view.profile.born.map(BirthYear::number)
    };
    for (shown, seen) in [("", None), ("on", Some(year)), ("", None)] {
        say_year(&ana, year, shown).await.result::<()>().unwrap();
        let own: WholeProfile = ana.ask("own_profile", &[]).await.unwrap();
        assert_eq!(own.birth_year.map(BirthYear::number), Some(year));
        assert_eq!((own.shows_birth_year, own.this_year), (seen.is_some(), year + 40));
        assert_eq!(born(ben.clone()).await, seen, "{shown:?}");
        let text = ben.fetch("person", &[("username", "ana")]).await.body;
        assert_eq!(text.contains(&format!("\"born\":{year}")), seen.is_some(), "{text}");
        assert!(!text.contains("birth_year"), "{text}");
    }
    save(&ana, &[]).await.result::<()>().unwrap();
    let own: WholeProfile = ana.ask("own_profile", &[]).await.unwrap();
    assert_eq!(own.birth_year, None);
}

async fn nobody_passes_from_young_people_to_adults_by_a_year_typed_anew(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let this_year = app.state.clock.this_year();
    let refused = vec![("birth_year".to_owned(), Problem::AgeGroup)];
    say_year(&ana, this_year - 16, "").await.result::<()>().unwrap();
    say_year(&ana, this_year - 15, "").await.result::<()>().unwrap();
    let before = app.dump(&[]).await;
    assert_eq!(problems(&say_year(&ana, this_year - 30, "").await), refused);
    assert_eq!(
        problems(&save(&ana, &[("bio", "Another")]).await),
        refused,
        "nothing said"
    );
    app.assert_unchanged(&before, &[]).await;
    say_year(&ben, this_year - 30, "").await.result::<()>().unwrap();
    assert_eq!(problems(&say_year(&ben, this_year - 16, "").await), refused);
    say_year(&ben, this_year - 31, "").await.result::<()>().unwrap();
    // Of several years that are said at once the first counts.
    let mira = app.person("mira").create().await;
    let years = [16, 30, 17, 40].map(|age| this_year - age);
    let answers = futures::future::join_all(years.map(|year| say_year(&mira, year, ""))).await;
    let taken: Vec<bool> = years
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| answer.status == 200)
        .map(|(year, _)| this_year - year < 18)
        .collect();
    assert!(taken.len() == 2 && taken[0] == taken[1], "{taken:?}");
}

async fn lists_have_their_limits(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let codes = [
        "es", "en", "fr", "de", "it", "pt", "ru", "ja", "ko", "ar", "hi", "tr", "pl", "nl",
    ];
    assert!(codes.len() > LANGUAGES_MAX && codes.iter().all(|code| LanguageCode::parse(code).is_some()));
    let names: Vec<[String; 2]> = (0..codes.len())
        .map(|n| [format!("languages[{n}][language]"), format!("languages[{n}][role]")])
        .collect();
    let rows = |count: usize| -> Vec<(&str, &str)> {
        let fluent = |n: usize| {
            [
                (names[n][0].as_str(), codes[n]),
                (names[n][1].as_str(), if n == 1 { "learning" } else { "fluent" }),
            ]
        };
        (0..count).flat_map(fluent).collect()
    };
    assert_eq!(save(&ana, &rows(LANGUAGES_MAX)).await.result::<()>(), Ok(()));
    assert_eq!(saved(&ana).await.languages.len(), LANGUAGES_MAX);
    let answer = save(&ana, &rows(LANGUAGES_MAX + 1)).await;
    assert_eq!(
        problems(&answer),
        [("languages".to_owned(), Problem::TooMany { max: LANGUAGES_MAX })]
    );
    let many = (0..200).map(|n| format!("thing {n}")).collect::<Vec<_>>().join(",");
    let answer = save(&ana, &[("interests", &many)]).await;
    assert!(
        matches!(&problems(&answer)[..], [(field, Problem::TooMany { .. })] if field == "interests"),
        "{}",
        answer.body
    );
    assert_eq!(saved(&ana).await.languages.len(), LANGUAGES_MAX);
}

async fn text_in_every_script_comes_back_unharmed(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for text in [
        "Ñandú ümlaut ß",
        "日本語 한국어 中文",
        "العربية עברית",
        "👩🏽‍🚀🇪🇸",
        "<script>alert(1)</script>",
        "'; DROP TABLE users; --",
        "%00 \\ \" ' {{ x }} ${x}",
        "a\u{0}b",
    ] {
        save(&ana, &[("display_name", text), ("bio", text)])
            .await
            .result::<()>()
            .unwrap();
        let wanted = text.replace('\0', "");
        assert_eq!(saved(&ana).await.bio, wanted);
        assert_eq!(app.texts("SELECT display_name FROM users").await, [wanted]);
    }
}

async fn saving_at_the_same_moment_never_mixes_two_profiles(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let one = [("bio", "one"), ("languages[0][language]", "fr"), ("interests", "films")];
    let other = [
        ("bio", "other"),
        ("languages[0][language]", "de"),
        ("interests", "music"),
    ];
    for _ in 0..10 {
        let all = (0..6).map(|n| save(&ana, if n % 2 == 0 { &one } else { &other }));
        for answer in futures::future::join_all(all).await {
            assert_eq!(answer.result::<()>(), Ok(()));
        }
        let profile = saved(&ana).await;
        let wanted = if profile.bio == "one" {
            ("fr", "films")
        } else {
            ("de", "music")
        };
        assert_eq!(
            (profile.languages[0].language.code(), profile.interests[0].as_str()),
            wanted
        );
        assert_eq!((profile.languages.len(), profile.interests.len()), (2, 1));
    }
}

async fn nobody_saves_without_a_session(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.person("ana").create().await;
    let before = app.dump(&[]).await;
    let visitor = app.visitor();
    assert_eq!(
        visitor.tell::<()>("save_profile", &form(&[])).await,
        Err(AppError::SignedOut)
    );
    assert_eq!(
        visitor.ask::<Profile>("own_profile", &[]).await,
        Err(AppError::SignedOut)
    );
    let appearance = [("language", "es"), ("theme", "dark")];
    assert_eq!(
        visitor.tell::<()>("set_appearance", &appearance).await,
        Err(AppError::SignedOut)
    );
    app.assert_unchanged(&before, &[]).await;
}

async fn preferences_are_kept_and_unknown_ones_refused(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for (language, theme, fields) in [
        ("xx", "dark", vec!["language"]),
        ("es", "pink", vec!["theme"]),
        ("", "", vec!["language", "theme"]),
    ] {
        let answer = ana
            .call("set_appearance", &[("language", language), ("theme", theme)])
            .await;
        let told: Vec<String> = problems(&answer).into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, fields);
    }
    assert!(ana.get("/").await.body.contains(r#"<html lang="en""#));
    ana.tell::<()>("set_appearance", &[("language", "es"), ("theme", "dark")])
        .await
        .unwrap();
    let page = ana.get("/").await.body;
    assert!(page.contains(r#"lang="es""#) && page.contains(r#"data-theme="dark""#));
    // On a new device the profile says it, whatever the browser would like.
    let phone = ana.another_device(&app).await;
    assert!(phone.get("/").await.body.contains(r#"lang="es""#));
    // A visitor: by cookie, else by the browser's languages.
    let visitor = app.visitor();
    let german_first = visitor
        .bare(reqwest::Method::GET, "/")
        .header("accept-language", "de, es;q=0.5, en;q=0.4");
    assert!(
        crate::harness::browser::send(german_first)
            .await
            .body
            .contains(r#"lang="es""#)
    );
    visitor
        .tell::<String>("set_language", &[("language", "en"), ("next", "/")])
        .await
        .unwrap();
    let spanish = visitor.bare(reqwest::Method::GET, "/").header("accept-language", "es");
    assert!(
        crate::harness::browser::send(spanish)
            .await
            .body
            .contains(r#"lang="en""#)
    );
}
