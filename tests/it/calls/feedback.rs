//! What somebody says of a call: kept for them alone, with JavaScript and without.

use speakle::calls::records::feedback::{Feedback, NOTE_MAX, Tag};
use speakle::calls::records::summary::CallSummary;
use speakle::calls::wire::CallCommand;
use speakle::kernel::error::{AppError, FieldProblem, Problem};

use super::timetable::by_hand;
use super::{InCall, Tab};
use crate::harness::{Answer, Engine, Person};

both_engines!(
    feedback_is_kept_and_can_be_changed,
    tags_of_another_version_are_passed_over,
    nobody_else_reads_or_writes_it,
    what_cannot_be_used_is_said_beside_its_field,
    the_form_works_without_javascript,
);

async fn ended(engine: Engine) -> InCall {
    let mut both = by_hand(engine).await;
    let (call, seat) = (both.call, both.anas.seat);
    both.anas.send(CallCommand::Leave { call, seat }).await;
    both.anas.hears_end().await;
    both
}

fn form<'a>(call: &'a str, stars: &'a str, tags: &[&'a str], note: &'a str) -> Vec<(&'static str, &'a str)> {
    let tags = tags.iter().map(|tag| ("tags[]", *tag));
    [("call", call), ("stars", stars), ("note", note)]
        .into_iter()
        .chain(tags)
        .collect()
}

async fn feedback(person: &Person, tab: &Tab) -> Option<Feedback> {
    let query = [("call", &*tab.call.to_string())];
    person
        .ask::<CallSummary>("call_summary", &query)
        .await
        .unwrap()
        .feedback
}

async fn feedback_is_kept_and_can_be_changed(engine: Engine) {
    let InCall {
        app, ana, anas, call, ..
    } = ended(engine).await;
    let call = call.to_string();
    assert_eq!(feedback(&ana, &anas).await, None);
    let first = form(&call, "2", &["echo", "good_sound"], "  the <b>word</b>\r\nof the day ");
    ana.tell::<()>("save_call_feedback", &first).await.unwrap();
    let expected = Feedback {
        stars: 2,
        tags: vec![Tag::GoodSound, Tag::Echo],
        note: "the <b>word</b>\nof the day".to_owned(),
    };
    assert_eq!(feedback(&ana, &anas).await, Some(expected));
    let page = ana.get(&format!("/calls/{call}")).await.body;
    assert!(page.contains("the &lt;b&gt;word") && !page.contains("the <b>word"));
    ana.tell::<()>("save_call_feedback", &form(&call, "5", &[], ""))
        .await
        .unwrap();
    let expected = Feedback {
        stars: 5,
        tags: vec![],
        note: String::new(),
    };
    assert_eq!(feedback(&ana, &anas).await, Some(expected));
    assert_eq!(app.number("SELECT COUNT(*) FROM call_feedback").await, 1);
}

/// As a newer version of the program may have left it.
async fn tags_of_another_version_are_passed_over(engine: Engine) {
    let InCall { app, ana, anas, .. } = ended(engine).await;
    let call = anas.call.to_string();
    ana.tell::<()>("save_call_feedback", &form(&call, "4", &["echo"], ""))
        .await
        .unwrap();
    app.execute(match engine {
        Engine::Sqlite => r#"UPDATE call_feedback SET tags = '["whispered","echo"]'"#,
        Engine::Postgres => r#"UPDATE call_feedback SET tags = '["whispered","echo"]'::jsonb"#,
    })
    .await;
    assert_eq!(feedback(&ana, &anas).await.unwrap().tags, [Tag::Echo]);
    assert_eq!(ana.get(&format!("/calls/{call}")).await.status, 200);
}

async fn nobody_else_reads_or_writes_it(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        anas,
        bens,
        call,
        pair,
        ..
    } = ended(engine).await;
    let eve = app.person("eve").create().await;
    let call = call.to_string();
    let secret = form(&call, "1", &["uneasy_company"], "nobody-reads-this");
    ana.tell::<()>("save_call_feedback", &secret).await.unwrap();
    assert_eq!(feedback(&ben, &bens).await, None);
    let answers = [
        ben.get(&format!("/calls/{call}")).await,
        ben.get("/calls").await,
        ben.fetch("call_summary", &[("call", &call)]).await,
        ben.fetch("call_log", &[]).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 200);
        assert!(!answer.body.contains("nobody-reads-this"));
    }
    assert_eq!(
        eve.tell::<()>("save_call_feedback", &secret).await,
        Err(AppError::NotFound)
    );
    let answer = app.visitor().call("save_call_feedback", &secret).await;
    assert_eq!(answer.status, 401);
    // His own does not touch hers.
    ben.tell::<()>("save_call_feedback", &form(&call, "4", &[], "his"))
        .await
        .unwrap();
    assert_eq!(feedback(&ana, &anas).await.unwrap().stars, 1);
    // A call that goes on is not judged yet.
    let next = super::answered_call(&ana, &ben, &pair).await.to_string();
    let early = ana.tell::<()>("save_call_feedback", &form(&next, "5", &[], "")).await;
    assert_eq!(early, Err(AppError::NotFound));
    // With the account goes what it said.
    app.execute("DELETE FROM users WHERE username = 'ana'").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_feedback").await, 0);
}

async fn what_cannot_be_used_is_said_beside_its_field(engine: Engine) {
    let InCall { app, ana, call, .. } = ended(engine).await;
    let call = call.to_string();
    let long = "x".repeat(NOTE_MAX + 1);
    for (stars, tag, note, expected) in [
        ("", None, "", vec![("stars", Problem::Required)]),
        ("6", None, "", vec![("stars", Problem::Unknown)]),
        ("3", Some("boredom"), "", vec![("tags", Problem::Unknown)]),
        (
            "0",
            None,
            long.as_str(),
            vec![
                ("stars", Problem::Unknown),
                ("note", Problem::TooLong { max: NOTE_MAX }),
            ],
        ),
    ] {
        let tags: Vec<&str> = tag.into_iter().collect();
        let answer = ana
            .tell::<()>("save_call_feedback", &form(&call, stars, &tags, note))
            .await;
        let expected = expected.into_iter().map(|(field, problem)| FieldProblem {
            field: field.to_owned(),
            problem,
        });
        assert_eq!(answer, Err(AppError::Invalid(expected.collect())));
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM call_feedback").await, 0);
}

/// Whether the box or button of this value is ticked on a page.
fn is_checked(page: &Answer, value: &str) -> bool {
    let mark = format!(r#" value="{value}""#);
    let tag = page
        .body
        .split('<')
        .filter_map(|tag| tag.split('>').next())
        .find(|tag| tag.starts_with("input") && tag.contains(&mark))
        .unwrap_or_else(|| panic!("nothing has the value {value}"));
    tag.contains(" checked")
}

async fn the_form_works_without_javascript(engine: Engine) {
    let InCall {
        app: _app, ana, call, ..
    } = ended(engine).await;
    let (path, call) = (format!("/calls/{call}"), call.to_string());
    let empty = ana.get(&path).await;
    assert!(!is_checked(&empty, "4") && !is_checked(&empty, "echo"));
    // Nothing chosen: it comes back with what was typed, and says what is missing.
    let form_without_stars = form(&call, "", &["echo"], "typed already");
    let answer = ana.submit(&path, "save_call_feedback", &form_without_stars).await;
    assert_eq!((answer.status, answer.location()), (303, path.as_str()));
    let page = ana.follow(&answer).await;
    assert!(page.body.contains("feedback-stars-error") && page.body.contains("typed already"));
    assert!(is_checked(&page, "echo"));
    let again = ana.get(&path).await;
    assert!(!again.body.contains("typed already"), "shown twice");
    // And then it is saved.
    let complete = form(&call, "4", &["echo"], "typed already");
    let answer = ana.submit(&path, "save_call_feedback", &complete).await;
    assert_eq!((answer.status, answer.location()), (303, path.as_str()));
    let page = ana.follow(&answer).await;
    assert!(page.body.contains("Feedback saved"));
    for page in [page, ana.get(&path).await] {
        assert!(is_checked(&page, "4") && is_checked(&page, "echo") && !is_checked(&page, "good_sound"));
        assert!(page.body.contains("typed already"));
    }
}
