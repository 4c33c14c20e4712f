//! The agreed pair: made once, however it came about, and ended for both.

use std::collections::BTreeSet;

use speakle::kernel::error::{AppError, Refusal};
use speakle::matching::model::{PartnerView, Requests};
use speakle::matching::wire::MatchingNews;
use speakle::protocol::ServerMessage;

use super::requests::{ask, requests, settle};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    crossed_requests_make_one_partnership,
    crossed_requests_sent_and_answered_in_any_order_leave_nothing_open,
    ending_a_partnership_ends_it_for_both,
    only_partners_are_shown_as_partners,
);

async fn partners(person: &Person) -> Vec<String> {
    let views: Vec<PartnerView> = person.ask("partners", &[]).await.unwrap();
    views.into_iter().map(|view| view.person.username).collect()
}

async fn end(person: &Person, other: &str) -> Result<(), AppError> {
    person.tell("end_partnership", &[("username", other)]).await
}

async fn crossed_requests_make_one_partnership(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let ben = app.person("ben").speaks("en").learns("es", "A2").create().await;
    let mut rooms = BTreeSet::new();
    for round in 0..50 {
        let (sent, crossed) = futures::future::join(ask(&ana, &ben), ask(&ben, &ana)).await;
        assert_eq!((sent, crossed), (Ok(()), Ok(())), "round {round}");
        assert_eq!(app.number("SELECT COUNT(*) FROM partnership").await, 1, "round {round}");
        assert_eq!(
            app.number("SELECT COUNT(*) FROM match_request WHERE status = 'pending'")
                .await,
            0,
            "round {round}"
        );
        assert_eq!(
            (partners(&ana).await, partners(&ben).await),
            (vec!["ben".to_owned()], vec!["ana".to_owned()])
        );
        let room = match engine {
            Engine::Sqlite => app.texts("SELECT hex(room_id) FROM partnership").await,
            Engine::Postgres => app.texts("SELECT room_id::text FROM partnership").await,
        };
        assert!(rooms.insert(room), "round {round}: an old room came back");
        end(
            if round % 2 == 0 { &ana } else { &ben },
            if round % 2 == 0 { "ben" } else { "ana" },
        )
        .await
        .unwrap();
    }
}

async fn crossed_requests_sent_and_answered_in_any_order_leave_nothing_open(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let ben = app.person("ben").speaks("en").learns("es", "A2").create().await;
    for round in 0..25 {
        ask(&ana, &ben).await.unwrap();
        let request = requests(&ben).await.incoming[0].id;
        // Ben accepts while he asks from another tab.
        let (accepted, asked) = futures::future::join(settle(&ben, "accept_request", request), ask(&ben, &ana)).await;
        // Whichever came first made them partners: asking somebody who has asked is a yes.
        assert!(
            matches!(
                (&accepted, &asked),
                (Ok(()), Err(AppError::Refused(Refusal::AlreadyPartners)))
                    | (Err(AppError::Refused(Refusal::AlreadySettled)), Ok(()))
            ),
            "round {round}: {accepted:?}, {asked:?}"
        );
        assert_eq!(
            app.number("SELECT COUNT(*) FROM match_request WHERE status = 'pending'")
                .await,
            0,
            "round {round}"
        );
        end(&ana, "ben").await.unwrap();
    }
}

async fn ending_a_partnership_ends_it_for_both(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").create().await;
    app.partners(&ana, &carl).await;
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    assert_eq!(
        end(&carl, "ben").await,
        Err(AppError::NotFound),
        "somebody else's partnership"
    );
    assert_eq!(end(&ana, "nobody").await, Err(AppError::NotFound));
    assert_eq!(end(&ana, "ana").await, Err(AppError::NotFound));
    end(&ben, "ana").await.unwrap();
    for socket in [&mut anas, &mut bens] {
        let changed = |message: &ServerMessage| {
            matches!(message, ServerMessage::Matching(MatchingNews::Changed { .. })).then_some(())
        };
        socket.wait("a change", changed).await;
    }
    assert_eq!(
        (partners(&ana).await, partners(&ben).await),
        (vec!["carl".to_owned()], vec![])
    );
    for (who, other) in [(&ana, "ben"), (&ben, "ana")] {
        assert_eq!(
            who.ask::<PartnerView>("partner", &[("username", other)]).await,
            Err(AppError::NotFound)
        );
        assert_eq!(end(who, other).await, Err(AppError::NotFound), "twice");
    }
    // They may start over.
    ask(&ana, &ben).await.unwrap();
    settle(&ben, "accept_request", requests(&ben).await.incoming[0].id)
        .await
        .unwrap();
    assert_eq!(partners(&ben).await, ["ana"]);
}

async fn only_partners_are_shown_as_partners(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _ben, _) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    assert_eq!(
        ana.ask::<PartnerView>("partner", &[("username", "BEN")])
            .await
            .unwrap()
            .person
            .username,
        "ben"
    );
    for (who, other) in [
        (&eve, "ana"),
        (&eve, "eve"),
        (&ana, "eve"),
        (&ana, "ana"),
        (&ana, "nobody"),
        (&ana, ""),
    ] {
        assert_eq!(
            who.ask::<PartnerView>("partner", &[("username", other)]).await,
            Err(AppError::NotFound),
            "{other}"
        );
    }
    assert_eq!(partners(&eve).await, Vec::<String>::new());
    for function in ["partners", "open_requests", "find_partners"] {
        assert_eq!(app.visitor().fetch(function, &[]).await.status, 401, "{function}");
    }
    assert_eq!(requests(&eve).await, Requests::default());
}
