//! Asking, and the four ways in which that ends.

use std::time::Duration;

use speakle::kernel::error::{AppError, FieldProblem, Problem, Refusal};
use speakle::matching::model::{MESSAGE_MAX, RequestId, Requests};
use speakle::matching::service::{self as matching, ASK_AGAIN, Sent};
use speakle::matching::wire::MatchingNews;
use speakle::protocol::ServerMessage;
use speakle::server::db::{Db, Timeouts};
use speakle::server::state::AppState;

use crate::harness::{Engine, Person, Socket, TestApp};

both_engines!(
    a_request_is_seen_by_both_and_accepted,
    who_said_no_is_not_asked_again_for_ninety_days,
    a_request_can_be_taken_back,
    requests_that_make_no_sense_are_refused,
    only_the_two_of_a_request_may_settle_it,
    whoever_settles_first_wins,
);

pub(super) async fn ask(from: &Person, to: &Person) -> Result<(), AppError> {
    from.tell("send_request", &[("to", &to.username), ("message", "Hola, ¿hablamos?")])
        .await
}

pub(super) async fn requests(person: &Person) -> Requests {
    person.ask("open_requests", &[]).await.unwrap()
}

pub(super) async fn settle(person: &Person, function: &str, request: RequestId) -> Result<(), AppError> {
    person.tell(function, &[("request", &request.to_string())]).await
}

async fn news<T>(socket: &mut Socket, what: &str, pick: impl Fn(&MatchingNews) -> Option<T>) -> T {
    socket
        .wait(what, |message| match message {
            ServerMessage::Matching(news) => pick(news),
            _ => None,
        })
        .await
}

/// The readers of SQLite are apart from its writer: what is stored can be stored while nothing can be read.
#[tokio::test]
async fn what_is_stored_is_no_error_because_nobody_could_be_told() {
    let app = TestApp::by_hand(Engine::Sqlite).await;
    let (ana, ben) = two(&app).await;
    let carl = app.person("carl").speaks("en").learns("es", "A2").create().await;
    let mut bens = app.ws(&ben).await;
    let impatient = Timeouts {
        connection: Duration::from_millis(700),
        ..Timeouts::default()
    };
    let state = AppState {
        db: Db::open_with(&app.storage.url, impatient).await.unwrap(),
        ..app.state.clone()
    };
    ask(&ana, &ben).await.unwrap();
    ask(&ana, &carl).await.unwrap();
    ask(&carl, &ben).await.unwrap();
    let id = |requests: &Requests, of: &Person| {
        let mut all = requests.incoming.iter().chain(&requests.outgoing);
        all.find(|request| request.person.id == of.id).unwrap().id
    };
    let (bens_requests, anas_requests) = (requests(&ben).await, requests(&ana).await);
    let mut readers = Vec::new();
    while let Ok(reader) = state.db.read().await {
        readers.push(reader);
    }
    let (of_ben, of_ana) = (ben.viewer(), ana.viewer());
    assert!(matching::waiting(&state, ben.id).await.is_err(), "it can still be read");
    let accepted = matching::accept(&state, &of_ben, id(&bens_requests, &ana)).await;
    let declined = matching::decline(&state, &of_ben, id(&bens_requests, &carl), "").await;
    let cancelled = matching::cancel(&state, &of_ana, id(&anas_requests, &carl)).await;
    assert_eq!((accepted, declined, cancelled), (Ok(()), Ok(()), Ok(())));
    let left = "SELECT COUNT(*) FROM match_request WHERE status = 'open'";
    assert_eq!(app.number(left).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 1);
    // Once it can be read again, people are told again.
    drop(readers);
    // Who has said no is not asked again soon.
    app.execute("DELETE FROM match_request").await;
    ask(&carl, &ben).await.unwrap();
    news(&mut bens, "the next request", |news| match news {
        MatchingNews::RequestReceived { from, waiting: 1 } if *from == carl.card => Some(()),
        _ => None,
    })
    .await;
    let again = id(&requests(&ben).await, &carl);
    matching::decline(&state, &of_ben, again, "").await.unwrap();
    news(&mut bens, "that it is settled", |news| {
        matches!(news, MatchingNews::Changed { waiting: 0 }).then_some(())
    })
    .await;
    state.db.close().await;
}

async fn two(app: &TestApp) -> (Person, Person) {
    let ana = app.person("ana").create().await;
    (ana, app.person("ben").speaks("en").learns("es", "A2").create().await)
}

async fn a_request_is_seen_by_both_and_accepted(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = two(&app).await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    ask(&ana, &ben).await.unwrap();
    let (from, waiting) = news(&mut bens, "the request", |news| match news {
        MatchingNews::RequestReceived { from, waiting } => Some((from.clone(), *waiting)),
        _ => None,
    })
    .await;
    assert_eq!((from, waiting), (ana.card.clone(), 1));
    let (mine, theirs) = (requests(&ana).await, requests(&ben).await);
    assert_eq!(
        (
            mine.incoming.len(),
            mine.outgoing.len(),
            theirs.incoming.len(),
            theirs.outgoing.len()
        ),
        (0, 1, 1, 0)
    );
    assert_eq!(theirs.incoming[0].message, "Hola, ¿hablamos?");
    assert_eq!(
        (&theirs.incoming[0].person, &mine.outgoing[0].person),
        (&ana.card, &ben.card)
    );

    settle(&ben, "accept_request", theirs.incoming[0].id).await.unwrap();
    let by = news(&mut anas, "the acceptance", |news| match news {
        MatchingNews::RequestAccepted { by, waiting: 0 } => Some(by.clone()),
        _ => None,
    })
    .await;
    assert_eq!(by, ben.card);
    // The other tabs of the one who accepted.
    news(&mut bens, "a change", |news| {
        matches!(news, MatchingNews::Changed { waiting: 0 }).then_some(())
    })
    .await;
    assert_eq!(requests(&ana).await, Requests::default());
    assert_eq!(requests(&ben).await, Requests::default());
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 1);
}

async fn who_said_no_is_not_asked_again_for_ninety_days(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = two(&app).await;
    let mut anas = app.ws(&ana).await;
    ask(&ana, &ben).await.unwrap();
    settle(&ben, "decline_request", requests(&ben).await.incoming[0].id)
        .await
        .unwrap();
    news(&mut anas, "a change", |news| {
        matches!(news, MatchingNews::Changed { .. }).then_some(())
    })
    .await;
    let again = async || matching::send_request(&app.state, &ana.viewer(), "ben", "").await;
    let refused = Err(AppError::Refused(Refusal::AskedBefore));
    assert_eq!(again().await, refused);
    app.advance(ASK_AGAIN - Duration::from_secs(1));
    assert_eq!(again().await, refused);
    // The other way round it was never refused.
    assert_eq!(
        matching::send_request(&app.state, &ben.viewer(), "ana", "").await,
        Ok(Sent::Waits)
    );
    app.execute("DELETE FROM match_request WHERE status = 'pending'").await;
    app.advance(Duration::from_secs(1));
    assert_eq!(again().await, Ok(Sent::Waits));
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 0);
}

async fn a_request_can_be_taken_back(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = two(&app).await;
    let mut bens = app.ws(&ben).await;
    ask(&ana, &ben).await.unwrap();
    settle(&ana, "cancel_request", requests(&ana).await.outgoing[0].id)
        .await
        .unwrap();
    news(&mut bens, "a change", |news| {
        matches!(news, MatchingNews::Changed { waiting: 0 }).then_some(())
    })
    .await;
    assert_eq!(requests(&ben).await, Requests::default());
    assert_eq!(requests(&ana).await, Requests::default());
}

async fn requests_that_make_no_sense_are_refused(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    ask(&ana, &carl).await.unwrap();
    let before = app.dump(&[]).await;
    assert_eq!(ask(&ana, &ana).await, Err(AppError::Refused(Refusal::Oneself)));
    assert_eq!(ask(&ana, &ben).await, Err(AppError::Refused(Refusal::AlreadyPartners)));
    assert_eq!(ask(&ana, &carl).await, Err(AppError::Refused(Refusal::AlreadyAsked)));
    let send = async |to: &str, message: &str| ana.call("send_request", &[("to", to), ("message", message)]).await;
    for nobody in ["nobody", "", "Ana Castillo", "x'; --", &"x".repeat(5_000)] {
        assert_eq!(send(nobody, "").await.status, 404, "{nobody:.20}");
    }
    let too_long = FieldProblem {
        field: "message".to_owned(),
        problem: Problem::TooLong { max: MESSAGE_MAX },
    };
    assert_eq!(
        send("carl", &"ñ".repeat(MESSAGE_MAX + 1)).await.error(),
        AppError::Invalid(vec![too_long])
    );
    assert_eq!(
        app.visitor()
            .call("send_request", &[("to", "ana"), ("message", "")])
            .await
            .status,
        401
    );
    app.assert_unchanged(&before, &[]).await;
    // Who asks somebody who has asked says yes.
    ask(&carl, &ana).await.unwrap();
    assert_eq!(
        app.number("SELECT COUNT(*) FROM match_request WHERE status = 'pending'")
            .await,
        0
    );
    assert_eq!(ask(&ana, &carl).await, Err(AppError::Refused(Refusal::AlreadyPartners)));
}

async fn only_the_two_of_a_request_may_settle_it(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = two(&app).await;
    let eve = app.person("eve").create().await;
    ask(&ana, &ben).await.unwrap();
    let request = requests(&ana).await.outgoing[0].id;
    let before = app.dump(&[]).await;
    for (who, function) in [
        (&eve, "accept_request"),
        (&eve, "decline_request"),
        (&eve, "cancel_request"),
        (&ana, "accept_request"),
        (&ana, "decline_request"),
        (&ben, "cancel_request"),
    ] {
        assert_eq!(
            settle(who, function, request).await,
            Err(AppError::NotFound),
            "{} {function}",
            who.username
        );
    }
    for function in ["accept_request", "decline_request", "cancel_request"] {
        assert_eq!(
            settle(&ben, function, RequestId::random()).await,
            Err(AppError::NotFound)
        );
        for malformed in ["", "1", "../1", &"9".repeat(4_000), "'; --"] {
            assert_eq!(
                ben.call(function, &[("request", malformed)]).await.status,
                400,
                "{function} {malformed:.20}"
            );
        }
        assert_eq!(ben.call(function, &[]).await.status, 400);
        assert_eq!(
            app.visitor()
                .call(function, &[("request", &request.to_string())])
                .await
                .status,
            401
        );
    }
    app.assert_unchanged(&before, &[]).await;
    settle(&ben, "decline_request", request).await.unwrap();
    for (who, function) in [
        (&ben, "accept_request"),
        (&ben, "decline_request"),
        (&ana, "cancel_request"),
    ] {
        assert_eq!(
            settle(who, function, request).await,
            Err(AppError::Refused(Refusal::AlreadySettled)),
            "{function}"
        );
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 0);
}

async fn whoever_settles_first_wins(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben) = two(&app).await;
    for round in 0..20 {
        ask(&ana, &ben).await.unwrap();
        let request = requests(&ana).await.outgoing[0].id;
        let outcomes = futures::future::join3(
            settle(&ben, "accept_request", request),
            settle(&ben, "decline_request", request),
            settle(&ana, "cancel_request", request),
        )
        .await;
        let outcomes = [outcomes.0, outcomes.1, outcomes.2];
        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            1,
            "round {round}: {outcomes:?}"
        );
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome.is_ok() || *outcome == Err(AppError::Refused(Refusal::AlreadySettled)))
        );
        let partners = app
            .number("SELECT COUNT(*) FROM partnership WHERE ended_at IS NULL")
            .await;
        assert_eq!(partners, i64::from(outcomes[0].is_ok()), "round {round}");
        if partners == 1 {
            ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
        }
        // Who has said no is not asked again soon.
        app.execute("DELETE FROM match_request").await;
    }
}
