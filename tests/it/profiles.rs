//! Profiles: what a person says of themselves, and what is not taken.

use speakle::kernel::error::{AppError, FieldProblem, Problem};
use speakle::profiles::languages::LanguageCode;
use speakle::profiles::model::{BIO_MAX, LANGUAGES_MAX, Profile};

use crate::harness::{Answer, Engine, Person, TestApp};

both_engines!(
    a_profile_is_saved_as_it_was_typed,
    every_problem_is_told_at_its_field_and_nothing_is_saved,
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
