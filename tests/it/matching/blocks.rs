//! People who want nothing to do with somebody: at once, both ways, without a word.

use std::collections::BTreeSet;

use speakle::kernel::error::{AppError, FieldProblem, Problem, Refusal};
use speakle::kernel::paging::Page;
use speakle::matching::model::{PartnerView, PersonView, Suggestions};
use speakle::matching::wire::MatchingNews;
use speakle::messages::model::ConversationId;
use speakle::notifications::model::Notification;
use speakle::profiles::blocks::model::PrivacyView;
use speakle::protocol::ServerMessage;
use uuid::Uuid;

use super::requests::{ask, requests, settle};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    a_block_ends_what_is_between_two_people,
    a_block_withdraws_what_is_asked_in_either_direction,
    neither_of_the_two_finds_or_reads_or_reaches_the_other,
    only_who_blocked_reads_of_it_and_takes_it_back,
    blocks_that_make_no_sense_are_refused,
    a_request_at_the_moment_of_a_block_leaves_nothing_open,
    people_are_reported_and_blocked_with_it,
    reports_say_what_for,
    a_profile_that_is_not_public_is_read_by_partners_alone,
);

async fn block(by: &Person, other: &str) -> Result<(), AppError> {
    by.tell("block", &[("username", other)]).await
}

async fn unblock(by: &Person, other: &str) -> Result<(), AppError> {
    by.tell("unblock", &[("username", other)]).await
}

async fn privacy(of: &Person) -> PrivacyView {
    of.ask("own_privacy", &[]).await.unwrap()
}

async fn blocked(of: &Person) -> Vec<String> {
    let blocked = privacy(of).await.blocked;
    blocked.into_iter().map(|blocked| blocked.person.username).collect()
}

async fn sees(viewer: &Person, other: &str) -> bool {
    match viewer.ask::<PersonView>("person", &[("username", other)]).await {
        Ok(_) => true,
        Err(AppError::NotFound) => false,
        Err(error) => panic!("{error:?}"),
    }
}

async fn found(viewer: &Person) -> BTreeSet<String> {
    let found: Suggestions = viewer.ask("find_partners", &[]).await.unwrap();
    found.items.into_iter().map(|found| found.person.username).collect()
}

/// Two who suit each other and know nothing of each other.
async fn two(app: &TestApp) -> (Person, Person) {
    let ana = app.person("ana").speaks("es").learns("en", "B1").create().await;
    let ben = app.person("ben").speaks("en").learns("es", "A2").create().await;
    (ana, ben)
}

async fn a_block_ends_what_is_between_two_people(engine: Engine) {
    // Whichever of the two blocks, and whichever calls.
    for (blocks, rings) in [("ana", "ana"), ("ana", "ben"), ("ben", "ana"), ("ben", "ben")] {
        let app = TestApp::by_hand(engine).await;
        let (ana, ben, pair) = app.ana_and_ben().await;
        let (by, other) = if blocks == "ana" { (&ana, &ben) } else { (&ben, &ana) };
        let (caller, callee) = if rings == "ana" { (&ana, &ben) } else { (&ben, &ana) };
        let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
        let ringing = caller.ring(callee).await.id.to_string();
        block(by, &other.username).await.unwrap();
        for socket in [&mut anas, &mut bens] {
            let changed = |message: &ServerMessage| {
                matches!(message, ServerMessage::Matching(MatchingNews::Changed { .. })).then_some(())
            };
            socket.wait("a change", changed).await;
        }
        // Also in the moment before what hangs on the partnership has ended.
        let accepted = callee.call("accept_call", &[("invitation", &ringing)]).await.error();
        assert_eq!(accepted, AppError::Refused(Refusal::AlreadySettled));
        app.sweep().await;
        let rings = "SELECT COUNT(*) FROM call_invitation WHERE status = 'ringing'";
        assert_eq!(app.number(rings).await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM call").await, 0);
        let conversation = ConversationId::of_pair(pair.id).to_string();
        for (one, another) in [(&ana, &ben), (&ben, &ana)] {
            let name = another.username.as_str();
            assert_eq!(one.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
            let partner = one.ask::<PartnerView>("partner", &[("username", name)]).await;
            assert_eq!(partner, Err(AppError::NotFound));
            assert!(!sees(one, name).await, "{name} is seen");
            assert_eq!(ask(one, another).await, Err(AppError::NotFound));
            let calls = one.call("start_call", &[("to", name), ("message", "")]).await;
            assert_eq!(calls.status, 404);
            let client_id = Uuid::now_v7().to_string();
            let form = [
                ("conversation", conversation.as_str()),
                ("client_id", client_id.as_str()),
                ("text", "One more thing"),
            ];
            let written = one.call("send_message", &form).await.error();
            assert_eq!(written, AppError::Refused(Refusal::NotPartners));
        }
        // Nobody is told that it was so.
        let lines: Page<Notification> = other.ask("notifications", &[]).await.unwrap();
        let told = serde_json::to_string(&lines).unwrap();
        assert!(!told.contains("partnership_ended") && !told.contains("block"), "{told}");
        assert_eq!(blocked(other).await, Vec::<String>::new());
    }
}

async fn a_block_withdraws_what_is_asked_in_either_direction(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = two(&app).await;
    for (sender, recipient) in [(&ana, &ben), (&ben, &ana)] {
        ask(sender, recipient).await.unwrap();
        let request = requests(recipient).await.incoming[0].id;
        block(&ana, "ben").await.unwrap();
        for person in [&ana, &ben] {
            let left = requests(person).await;
            assert_eq!((left.incoming.len(), left.outgoing.len()), (0, 0));
        }
        assert_eq!(
            settle(recipient, "accept_request", request).await,
            Err(AppError::Refused(Refusal::AlreadySettled))
        );
        assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 0);
        let lines: u32 = recipient.ask("unread_notifications", &[]).await.unwrap();
        assert_eq!(lines, 0, "there is nothing to answer any more");
        unblock(&ana, "ben").await.unwrap();
    }
}

async fn neither_of_the_two_finds_or_reads_or_reaches_the_other(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = two(&app).await;
    let carl = app.person("carl").speaks("en").learns("es", "A2").create().await;
    assert!(found(&ana).await.contains("ben") && found(&ben).await.contains("ana"));
    block(&ben, "ana").await.unwrap();
    for (one, another) in [(&ana, &ben), (&ben, &ana)] {
        let name = another.username.as_str();
        assert!(!found(one).await.contains(name), "{name} is found");
        assert!(!sees(one, name).await, "{name} is seen");
        let missing = one.get("/people/nobody").await.status;
        for path in ["", "/block", "/report"] {
            assert_eq!(
                one.get(&format!("/people/{name}{path}")).await.status,
                missing,
                "{path}"
            );
        }
        assert_eq!(ask(one, another).await, Err(AppError::NotFound));
    }
    // Nobody else has to do with it.
    assert!(found(&ana).await.contains("carl") && sees(&ana, "carl").await);
    assert!(sees(&carl, "ana").await && sees(&carl, "ben").await);
}

async fn only_who_blocked_reads_of_it_and_takes_it_back(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    block(&ana, "ben").await.unwrap();
    assert_eq!(blocked(&ana).await, ["ben"]);
    assert_eq!(blocked(&ben).await, Vec::<String>::new());
    assert!(ana.get("/settings/privacy").await.body.contains("Unblock"));
    assert!(!ben.get("/settings/privacy").await.body.contains("Unblock"));
    assert_eq!(unblock(&ben, "ana").await, Err(AppError::NotFound));
    assert_eq!(unblock(&ana, "carl").await, Err(AppError::NotFound));
    // What was reached from one side stays closed as long as the block is there.
    assert!(!sees(&ben, "ana").await);
    unblock(&ana, "ben").await.unwrap();
    assert_eq!(unblock(&ana, "ben").await, Err(AppError::NotFound), "twice");
    assert_eq!(blocked(&ana).await, Vec::<String>::new());
    assert!(sees(&ana, "ben").await && sees(&ben, "ana").await);
    // What has ended does not begin again by itself; they may ask.
    assert_eq!(ana.ask::<Vec<PartnerView>>("partners", &[]).await.unwrap(), []);
    ask(&ben, &ana).await.unwrap();
    settle(&ana, "accept_request", requests(&ana).await.incoming[0].id)
        .await
        .unwrap();
}

async fn blocks_that_make_no_sense_are_refused(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = two(&app).await;
    assert_eq!(block(&ana, "ana").await, Err(AppError::Refused(Refusal::Oneself)));
    assert_eq!(block(&ana, "nobody").await, Err(AppError::NotFound));
    block(&ana, "ben").await.unwrap();
    // As of somebody who is not there: neither learns more by trying.
    assert_eq!(block(&ana, "ben").await, Err(AppError::NotFound));
    assert_eq!(block(&ben, "ana").await, Err(AppError::NotFound));
    assert_eq!(app.number("SELECT COUNT(*) FROM block").await, 1);
    for function in ["block", "unblock", "report"] {
        let form = [("username", "ben"), ("kind", "spam"), ("words", "")];
        assert_eq!(app.visitor().call(function, &form).await.status, 401, "{function}");
    }
}

async fn a_request_at_the_moment_of_a_block_leaves_nothing_open(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = two(&app).await;
    for round in 0..25 {
        let (blocked, asked) = futures::future::join(block(&ana, "ben"), ask(&ben, &ana)).await;
        assert_eq!(blocked, Ok(()), "round {round}");
        assert!(
            matches!(asked, Ok(()) | Err(AppError::NotFound)),
            "round {round}: {asked:?}"
        );
        let open = "SELECT COUNT(*) FROM match_request WHERE status = 'pending'";
        assert_eq!(app.number(open).await, 0, "round {round}");
        unblock(&ana, "ben").await.unwrap();
        app.advance(std::time::Duration::from_secs(60));
    }
}

async fn people_are_reported_and_blocked_with_it(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let form = [("username", "ben"), ("kind", "harassment"), ("words", "Shouts at me")];
    ana.tell::<()>("report", &form).await.unwrap();
    assert!(sees(&ana, "ben").await, "a report alone ends nothing");
    let stored = "SELECT kind || ' ' || words FROM report";
    assert_eq!(app.texts(stored).await, ["harassment Shouts at me"]);
    let form = [("username", "ben"), ("kind", "spam"), ("words", ""), ("block", "on")];
    ana.tell::<()>("report", &form).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM report").await, 2);
    assert!(!sees(&ana, "ben").await && !sees(&ben, "ana").await);
    assert_eq!(blocked(&ana).await, ["ben"]);
    // Of somebody whom one does not see there is nothing to report.
    assert_eq!(ana.tell::<()>("report", &form).await, Err(AppError::NotFound));
    assert_eq!(app.number("SELECT COUNT(*) FROM report").await, 2);
}

async fn reports_say_what_for(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, _ben) = two(&app).await;
    let long = "x".repeat(1_001);
    for (kind, words, field, problem) in [
        ("", "", "kind", Problem::Required),
        ("rude", "", "kind", Problem::Unknown),
        ("other", "", "words", Problem::Required),
        ("other", "  \n ", "words", Problem::Required),
        ("spam", long.as_str(), "words", Problem::TooLong { max: 1_000 }),
    ] {
        let form = [("username", "ben"), ("kind", kind), ("words", words)];
        let problems = vec![FieldProblem {
            field: field.to_owned(),
            problem,
        }];
        let answer = ana.tell::<()>("report", &form).await;
        assert_eq!(answer, Err(AppError::Invalid(problems)), "{kind} {words}");
    }
    let form = [("username", "ana"), ("kind", "spam"), ("words", "")];
    assert_eq!(
        ana.tell::<()>("report", &form).await,
        Err(AppError::Refused(Refusal::Oneself))
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM report").await, 0);
}

async fn a_profile_that_is_not_public_is_read_by_partners_alone(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let suits = |name: &'static str| app.person(name).speaks("en").learns("es", "B1").create();
    let (stranger, asked) = (suits("stranger").await, suits("asked").await);
    ask(&ana, &asked).await.unwrap();
    let save = async |form: &[(&str, &str)]| ana.tell::<()>("save_privacy", form).await.unwrap();
    assert!(found(&stranger).await.contains("ana") && privacy(&ana).await.is_public);
    // A form that does not ask changes nothing.
    save(&[("show_online", "on")]).await;
    assert!(privacy(&ana).await.is_public && sees(&stranger, "ana").await);

    save(&[("show_online", "on"), ("asks_public", "on")]).await;
    assert!(!privacy(&ana).await.is_public);
    assert!(!found(&stranger).await.contains("ana"));
    assert!(!sees(&stranger, "ana").await);
    assert_eq!(app.visitor().get("/people/ana").await.status, 404);
    assert_eq!(ask(&stranger, &ana).await, Err(AppError::NotFound));
    assert_eq!(block(&stranger, "ana").await, Err(AppError::NotFound));
    assert!(sees(&ben, "ana").await && sees(&ana, "ana").await);
    assert!(sees(&asked, "ana").await, "who was asked reads by whom");
    let request = requests(&asked).await.incoming[0].id;
    settle(&asked, "accept_request", request).await.unwrap();
    // She is not found again by saving her profile, nor by the job that makes the index whole.
    app.sweep().await;
    assert!(!found(&stranger).await.contains("ana"));

    let shown = [("show_online", "on"), ("asks_public", "on"), ("public_profile", "on")];
    save(&shown).await;
    assert!(found(&stranger).await.contains("ana") && sees(&stranger, "ana").await);
}
