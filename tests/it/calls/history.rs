//! What is kept of calls, and for whom.

use std::collections::BTreeSet;
use std::time::Duration;

use speakle::calls::model::{CallId, CallView, EndReason, SeatId};
use speakle::calls::wire::CallCommand;
use speakle::kernel::error::AppError;
use speakle::kernel::paging::Page;

use super::{InCall, Tab, answered_call, in_call};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    both_see_the_call_in_their_history_and_nobody_else_does,
    a_call_that_goes_on_leads_to_its_room,
    the_history_is_read_page_by_page,
    names_that_no_call_has_are_not_found,
);

async fn history(person: &Person, after: Option<&str>) -> Page<CallView> {
    let query: Vec<(&str, &str)> = after.map(|after| ("after", after)).into_iter().collect();
    person.ask("call_history", &query).await.unwrap()
}

async fn both_see_the_call_in_their_history_and_nobody_else_does(engine: Engine) {
    let InCall {
        app,
        ana,
        ben,
        pair,
        mut anas,
        call,
        ..
    } = in_call(TestApp::by_hand(engine).await).await;
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    app.advance(Duration::from_secs(247));
    anas.send(CallCommand::Leave { call, seat: anas.seat }).await;
    anas.hears_end().await;
    for (who, partner, by_me) in [(&ana, &ben, true), (&ben, &ana, false)] {
        let page = history(who, None).await;
        assert_eq!((page.items.len(), page.next), (1, None));
        let view = &page.items[0];
        assert_eq!(
            (view.id, &view.partner, view.seconds, view.room),
            (call, &partner.card, Some(247), Some(pair.room))
        );
        let ended = view.ended.unwrap();
        assert_eq!((ended.reason, ended.by_me), (EndReason::HungUp, by_me));
        // Madrid, in summer.
        assert_eq!((view.at.hour, view.at.minute, view.at.days_ago), (11, 0, 0));
        assert_eq!(
            who.ask::<CallView>("call_summary", &[("call", &call.to_string())])
                .await
                .as_ref(),
            Ok(view)
        );
        let pages = [who.get("/calls").await, who.get(&format!("/calls/{call}")).await];
        for page in pages {
            assert_eq!(page.status, 200);
            assert!(
                page.body.contains(&partner.card.display_name) && page.body.contains("4:07"),
                "who and how long"
            );
        }
    }
    assert_eq!(history(&eve, None).await.items, []);
    assert_eq!(
        eve.ask::<CallView>("call_summary", &[("call", &call.to_string())])
            .await,
        Err(AppError::NotFound)
    );
    assert_eq!(app.visitor().fetch("call_history", &[]).await.status, 401);
}

async fn a_call_that_goes_on_leads_to_its_room(engine: Engine) {
    let InCall {
        app: _app,
        ana,
        ben,
        pair,
        ..
    } = in_call(TestApp::start(engine).await).await;
    for who in [&ana, &ben] {
        let view = history(who, None).await.items.remove(0);
        assert_eq!((view.ended, view.room), (None, Some(pair.room)));
    }
}

async fn the_history_is_read_page_by_page(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (hers, _his) = (app.ws(&ana).await, app.ws(&ben).await);
    let mut tab = Tab {
        socket: hers,
        call: CallId::random(),
        seat: SeatId::random(),
    };
    let mut made = Vec::new();
    for n in 0..45 {
        app.advance(Duration::from_secs(60));
        let (caller, callee) = if n % 2 == 0 { (&ana, &ben) } else { (&ben, &ana) };
        tab.call = answered_call(caller, callee, &pair).await;
        tab.join().await;
        tab.send(CallCommand::Leave {
            call: tab.call,
            seat: tab.seat,
        })
        .await;
        tab.hears_end().await;
        made.push(tab.call);
    }
    made.reverse();
    for who in [&ana, &ben] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = history(who, after.as_deref()).await;
            read.extend(page.items.iter().map(|view| view.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read.len(), read.iter().collect::<BTreeSet<_>>().len());
        assert_eq!(read, made, "newest first, none twice, none missing");
    }
}

async fn names_that_no_call_has_are_not_found(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    for after in ["x", "", "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5eé"] {
        let answer = ana.fetch("call_history", &[("after", after)]).await;
        assert!(matches!(answer.status, 200 | 404), "{after}: {}", answer.status);
    }
    for call in ["", "x", "'", "0190b6a0-7f6e-7c3a-9d2b-2f1f5a3c4d5e"] {
        let answer = ana.fetch("call_summary", &[("call", call)]).await;
        assert!(matches!(answer.status, 400 | 404), "{call}: {}", answer.status);
    }
    for path in ["/calls?after=x", "/calls?after="] {
        assert!(matches!(ana.get(path).await.status, 200 | 404), "{path}");
    }
}
