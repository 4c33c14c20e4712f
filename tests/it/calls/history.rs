//! What is kept of calls, and for whom.

use std::collections::BTreeSet;
use std::time::Duration;

use speakle::calls::model::{CallId, CallView, EndReason, SeatId};
use speakle::calls::records::log::{AttemptEnd, CallLog, LogEntry, LogTotals};
use speakle::calls::wire::CallCommand;
use speakle::invitations::model::Started;
use speakle::kernel::error::AppError;
use speakle::kernel::paging::Page;
use speakle::matching::model::{PartnerView, Talked};
use speakle::matching::service::Partnership;

use super::{InCall, Tab, answered_call, in_call};
use crate::harness::{Engine, Person, Socket, TestApp};

both_engines!(
    both_see_the_call_in_their_history_and_nobody_else_does,
    a_call_that_goes_on_leads_to_its_room,
    the_history_is_read_page_by_page,
    names_that_no_call_has_are_not_found,
    calls_and_attempts_stand_together,
    pages_hold_both_kinds_once_though_all_are_of_one_moment,
    filters_narrow_the_list_and_its_totals,
    totals_add_up_by_partner,
    who_has_parted_reads_on_and_calls_no_more,
    the_page_filters_without_javascript,
    the_page_of_a_partner_says_how_much_the_two_have_talked,
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
    anas.beat(true).await;
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

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn log(person: &Person, filters: &[(&str, &str)]) -> CallLog {
    let query: Vec<(String, &str)> = filters
        .iter()
        .map(|(name, value)| (format!("filters[{name}]"), *value))
        .collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    person.ask("call_log", &query).await.unwrap()
}

/// Every entry, page by page.
async fn read_through(person: &Person, filters: &[(&str, &str)]) -> Vec<LogEntry> {
    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let asked: Vec<(&str, &str)> = filters.iter().copied().chain([("after", after.as_str())]).collect();
        let page = log(person, &asked).await.entries;
        read.extend(page.items);
        match page.next {
            Some(next) => after = next,
            None => return read,
        }
    }
}

fn key(entry: &LogEntry) -> String {
    match entry {
        LogEntry::Call(call) => call.id.to_string(),
        LogEntry::Attempt(attempt) => attempt.id.to_string(),
    }
}

/// Calls, and takes it no further.
async fn ring(caller: &Person, callee: &Person) -> String {
    let form = [("to", callee.username.as_str()), ("message", "")];
    match caller.tell("start_call", &form).await.unwrap() {
        Started::Ringing(outgoing) => outgoing.id.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn settle(person: &Person, invitation: &str, how: &str) {
    let form = [("invitation", invitation)];
    person.tell::<()>(&format!("{how}_call"), &form).await.unwrap();
}

/// A call in which both are for `seconds`, made over two sockets.
async fn talk(
    app: &TestApp,
    (ana, hers): (&Person, &mut Option<Socket>),
    (ben, his): (&Person, &mut Option<Socket>),
    pair: &Partnership,
    seconds: u64,
) -> CallId {
    let call = answered_call(ana, ben, pair).await;
    let mut tabs = [hers.take().unwrap(), his.take().unwrap()].map(|socket| Tab {
        socket,
        call,
        seat: SeatId::random(),
    });
    for tab in &mut tabs {
        tab.join().await;
    }
    let [mut anas, mut bens] = tabs;
    anas.beat(true).await;
    app.advance(SECOND * u32::try_from(seconds).unwrap());
    anas.send(CallCommand::Leave { call, seat: anas.seat }).await;
    anas.hears_end().await;
    bens.hears_end().await;
    (*hers, *his) = (Some(anas.socket), Some(bens.socket));
    call
}

async fn calls_and_attempts_stand_together(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let cleo = app.person("cleo").create().await;
    app.partners(&ana, &cleo).await;
    let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
    let minute = || app.advance(SECOND * 60);
    let declined = ring(&ana, &ben).await;
    settle(&ben, &declined, "decline").await;
    minute();
    let cancelled = ring(&ben, &ana).await;
    settle(&ben, &cancelled, "cancel").await;
    minute();
    let call = talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, 61).await;
    minute();
    let missed = ring(&ben, &ana).await;
    ana.tell::<()>("call_reached", &[("invitation", &missed)])
        .await
        .unwrap();
    app.advance(SECOND * 46);
    app.sweep().await;
    minute();
    // Cleo has no page open.
    let form = [("to", "cleo"), ("message", "")];
    let started = ana.tell::<Started>("start_call", &form).await.unwrap();
    assert!(matches!(started, Started::Offline { .. }), "{started:?}");

    let seen = |entries: Vec<LogEntry>| -> Vec<(String, Option<AttemptEnd>, bool)> {
        entries
            .into_iter()
            .map(|entry| match entry {
                LogEntry::Call(call) => (call.id.to_string(), None, call.ended.unwrap().by_me),
                LogEntry::Attempt(attempt) => (attempt.partner.username.clone(), Some(attempt.end), attempt.by_me),
            })
            .collect()
    };
    let hers = seen(log(&ana, &[]).await.entries.items);
    let named = |name: &str| name.to_owned();
    assert_eq!(
        hers,
        [
            (named("cleo"), Some(AttemptEnd::Expired), true),
            (named("ben"), Some(AttemptEnd::Missed), false),
            (call.to_string(), None, true),
            (named("ben"), Some(AttemptEnd::Cancelled), false),
            (named("ben"), Some(AttemptEnd::Declined), true),
        ]
    );
    let his = seen(log(&ben, &[]).await.entries.items);
    assert_eq!(
        his,
        [
            (named("ana"), Some(AttemptEnd::Missed), true),
            (call.to_string(), None, false),
            (named("ana"), Some(AttemptEnd::Cancelled), true),
            (named("ana"), Some(AttemptEnd::Declined), false),
        ]
    );
    let page = ana.get("/calls").await.body;
    for words in [
        "Cleo was offline",
        "Missed call from Ben Carter",
        "You ended the call",
        "Ben Carter called and hung up before you could answer",
        "Ben Carter declined",
    ] {
        let words = words.replace("Cleo", "cleo");
        assert!(page.contains(&words), "{words}");
    }
    assert_eq!(page.matches(r#"action="/partners/ben/call""#).count(), 3);
    let page = ben.get("/calls").await.body;
    for words in ["Ana Castillo did not answer", "You cancelled the call"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("You declined Ana Castillo"));
    let eve = app.person("eve").create().await;
    let nothing = log(&eve, &[]).await;
    assert_eq!(
        (nothing.entries.items, nothing.people, nothing.totals),
        (vec![], vec![], LogTotals::default())
    );
    assert_eq!(app.visitor().fetch("call_log", &[]).await.status, 401);
}

async fn pages_hold_both_kinds_once_though_all_are_of_one_moment(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
    let (mut calls, mut attempts) = (0, 0);
    // The clock stands: calls and attempts are all of one moment.
    for n in 0..45 {
        if n % 3 == 0 {
            talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, 0).await;
            calls += 1;
        } else {
            let invitation = ring(&ana, &ben).await;
            settle(&ben, &invitation, "decline").await;
            attempts += 1;
        }
    }
    for who in [&ana, &ben] {
        for (filters, expected) in [
            (&[][..], calls + attempts),
            (&[("kind", "calls")], calls),
            (
                &[("with", "ben")],
                if who.username == "ana" { calls + attempts } else { 0 },
            ),
        ] {
            let read = read_through(who, filters).await;
            let keys: Vec<String> = read.iter().map(key).collect();
            let mut sorted: Vec<String> = keys.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
            sorted.reverse();
            assert_eq!(keys, sorted, "none twice, in the order of their keys");
            assert_eq!(keys.len(), expected, "{filters:?}");
        }
    }
}

async fn filters_narrow_the_list_and_its_totals(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (mut ana, mut ben, pair) = app.ana_and_ben().await;
    // 400, 40, 10 and 2 days ago: a call, and a call that ana misses.
    for days in [360, 30, 8, 2] {
        let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
        talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, 30).await;
        let missed = ring(&ben, &ana).await;
        settle(&ben, &missed, "cancel").await;
        app.advance(DAY * days);
        // Their sign-ins have run out meanwhile.
        (ana, ben) = (ana.another_device(&app).await, ben.another_device(&app).await);
    }
    let count = async |filters: &[(&str, &str)]| {
        let log = log(&ana, filters).await;
        (
            log.entries.items.len(),
            log.totals.calls,
            log.totals.failed,
            log.totals.seconds,
        )
    };
    assert_eq!(count(&[]).await, (8, 4, 4, 120));
    assert_eq!(count(&[("period", "year")]).await, (6, 3, 3, 90));
    assert_eq!(count(&[("period", "month")]).await, (4, 2, 2, 60));
    assert_eq!(count(&[("period", "week")]).await, (2, 1, 1, 30));
    // The kind narrows the list; what it all comes to stays.
    assert_eq!(count(&[("period", "month"), ("kind", "calls")]).await, (2, 2, 2, 60));
    assert_eq!(count(&[("period", "month"), ("kind", "missed")]).await, (2, 2, 2, 60));
    assert_eq!(count(&[("with", "BEN")]).await, (8, 4, 4, 120));
    // What is not known finds nothing rather than everything.
    for nothing in [("with", "nobody"), ("with", "ana"), ("kind", "x"), ("period", "x")] {
        assert_eq!(count(&[nothing]).await, (0, 0, 0, 0), "{nothing:?}");
    }
    let missed_by_me = read_through(&ana, &[("kind", "missed")]).await;
    assert!(
        missed_by_me
            .iter()
            .all(|entry| matches!(entry, LogEntry::Attempt(attempt) if !attempt.by_me))
    );
    assert_eq!(log(&ben, &[]).await.entries.items.len(), 8);
    let his = log(&ben, &[("kind", "missed")]).await;
    assert_eq!(his.entries.items, [], "what he cancelled he did not miss");
    let answer = ana.fetch("call_log", &[("filters[after]", "x")]).await;
    assert_eq!(answer.status, 404);
}

async fn totals_add_up_by_partner(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, with_ben) = app.ana_and_ben().await;
    let cleo = app.person("cleo").create().await;
    let with_cleo = app.partners(&ana, &cleo).await;
    let mut hers = Some(app.ws(&ana).await);
    let (mut bens, mut cleos) = (Some(app.ws(&ben).await), Some(app.ws(&cleo).await));
    for seconds in [100, 200] {
        talk(&app, (&ana, &mut hers), (&ben, &mut bens), &with_ben, seconds).await;
    }
    talk(&app, (&ana, &mut hers), (&cleo, &mut cleos), &with_cleo, 400).await;
    // One that nobody came to, and two that were not answered.
    answered_call(&ana, &ben, &with_ben).await;
    app.advance(SECOND * 61);
    app.sweep().await;
    for callee in [&ben, &cleo] {
        let invitation = ring(&ana, callee).await;
        settle(callee, &invitation, "decline").await;
    }
    // And one that goes on.
    let call = answered_call(&ana, &cleo, &with_cleo).await;
    let mut tabs = [hers.take().unwrap(), cleos.take().unwrap()].map(|socket| Tab {
        socket,
        call,
        seat: SeatId::random(),
    });
    for tab in &mut tabs {
        tab.join().await;
    }
    app.advance(SECOND * 50);
    let seen = log(&ana, &[]).await;
    let totals = |calls, talks, seconds, failed| LogTotals {
        calls,
        talks,
        seconds,
        failed,
    };
    let by_partner: Vec<(&str, LogTotals)> = seen
        .by_partner
        .iter()
        .map(|one| (one.partner.username.as_str(), one.totals))
        .collect();
    assert_eq!(
        by_partner,
        [("cleo", totals(2, 2, 400, 1)), ("ben", totals(3, 2, 300, 1))]
    );
    assert_eq!(seen.totals, totals(5, 4, 700, 2));
    assert_eq!(seen.totals.success_percent(), Some(57));
    let only_ben = log(&ana, &[("with", "ben")]).await;
    assert_eq!((only_ben.totals, only_ben.by_partner.len()), (totals(3, 2, 300, 1), 1));
    let names: Vec<&str> = seen.people.iter().map(|person| person.username.as_str()).collect();
    assert_eq!(names, ["ben", "cleo"]);
    assert_eq!(
        log(&ben, &[]).await.totals,
        totals(3, 2, 300, 1),
        "the same from his side"
    );
    let page = ana.get("/calls").await.body;
    assert!(
        page.contains("57 %") && page.contains("4 of 7 attempts led to a talk"),
        "{page}"
    );
    assert!(page.contains("12 minutes") && page.contains("By partner"));
}

async fn who_has_parted_reads_on_and_calls_no_more(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
    talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, 30).await;
    let missed = ring(&ben, &ana).await;
    settle(&ben, &missed, "cancel").await;
    assert!(ana.get("/calls").await.body.contains(r#"action="/partners/ben/call""#));
    ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
    let seen = log(&ana, &[("with", "ben")]).await;
    assert_eq!((seen.entries.items.len(), seen.people.len()), (2, 1));
    // Partners again, and parted again: it is the same person.
    app.partners(&ana, &ben).await;
    assert_eq!(log(&ana, &[]).await.people.len(), 1);
    ana.tell::<()>("end_partnership", &[("username", "ben")]).await.unwrap();
    // Somebody with whom it never came to a call.
    let cleo = app.person("cleo").create().await;
    app.partners(&ana, &cleo).await;
    let form = [("to", "cleo"), ("message", "")];
    ana.tell::<Started>("start_call", &form).await.unwrap();
    ana.tell::<()>("end_partnership", &[("username", "cleo")])
        .await
        .unwrap();
    let people = log(&ana, &[]).await.people;
    let names: Vec<&str> = people.iter().map(|person| person.username.as_str()).collect();
    assert_eq!(names, ["ben", "cleo"]);
    assert_eq!(log(&ana, &[("with", "cleo")]).await.entries.items.len(), 1);
    assert!(!ana.get("/calls").await.body.contains(r#"action="/partners/ben/call""#));
}

async fn the_page_filters_without_javascript(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    // Before the first call there is nothing to narrow but the partner, and nothing to add up.
    let empty = ana.get("/calls").await.body;
    assert!(empty.contains("No calls yet") && !empty.contains("log-totals"));
    let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
    talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, 30).await;
    let page = ana.get("/calls?with=ben&kind=missed&period=").await.body;
    assert!(page.contains("Nothing found") && page.contains("Clear filters"));
    for chosen in ["ben", "missed"] {
        let option = page
            .split("<option")
            .skip(1)
            .filter_map(|rest| rest.split('>').next())
            .find(|tag| tag.contains(&format!(r#"value="{chosen}""#)))
            .unwrap_or_else(|| panic!("{chosen} cannot be chosen"));
        assert!(option.contains("selected"), "{option}");
    }
    let form = page
        .split("<form")
        .find(|form| form.contains(r#"role="search""#))
        .unwrap();
    assert!(form.contains(r#"action="/calls""#) && form.to_lowercase().contains(r#"method="get""#));
    let page = ana.get("/calls?with=ben&kind=calls").await.body;
    assert!(page.contains("You ended the call") && page.contains("log-totals"));
    assert!(page.contains("Filters, 2 set"));
}

async fn the_page_of_a_partner_says_how_much_the_two_have_talked(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    assert!(ana.get("/partners/ben").await.body.contains("No calls yet"));
    let (mut hers, mut his) = (Some(app.ws(&ana).await), Some(app.ws(&ben).await));
    for seconds in [20, 70, 130] {
        talk(&app, (&ana, &mut hers), (&ben, &mut his), &pair, seconds).await;
    }
    // What nobody came to is no talk.
    answered_call(&ana, &ben, &pair).await;
    app.advance(SECOND * 61);
    app.sweep().await;
    for (who, partner) in [(&ana, "ben"), (&ben, "ana")] {
        let view: PartnerView = who.ask("partner", &[("username", partner)]).await.unwrap();
        assert_eq!(view.talked, Some(Talked { calls: 3, seconds: 220 }));
        let page = who.get(&format!("/partners/{partner}")).await.body;
        assert!(page.contains("3 calls") && page.contains("4 minutes"), "{page}");
    }
}
