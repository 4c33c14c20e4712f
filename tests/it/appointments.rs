//! Agreed times to talk: proposed, answered, moved, cancelled, reminded of, and in calendars.

use std::time::Duration;

use futures::FutureExt as _;
use reqwest::Method;
use speakle::appointments::model::{Agenda, AppointmentView, Choice};
use speakle::appointments::service::{self, WAITING_MAX};
use speakle::appointments::wire::AppointmentNews;
use speakle::kernel::error::{AppError, FieldProblem, Problem, Refusal};
use speakle::kernel::paging::Page;
use speakle::notifications::by_mail;
use speakle::notifications::model::{Notice, Notification};
use speakle::profiles::hours::WeekHours;
use speakle::profiles::service as profiles;
use speakle::protocol::ServerMessage;

use crate::harness::mail_sink::MailSink;
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    a_time_is_proposed_and_accepted_by_both_clocks,
    an_answer_is_to_what_was_read,
    another_time_is_asked_for_and_what_stands_stands,
    a_series_stays_at_its_hour_when_the_clocks_change,
    one_time_of_a_series_is_left_out_or_moved,
    what_is_taken_back_is_told,
    nobody_else_sees_or_changes_it,
    of_two_who_part_nothing_holds,
    both_are_reminded_once_of_each_time,
    nobody_is_reminded_of_what_takes_place_no_more,
    times_are_offered_when_both_have_time,
    a_partner_is_not_buried_in_proposals,
    calendars_fetch_them_at_an_address_of_their_own,
    one_appointment_is_a_file,
    mails_go_where_they_are_wanted,
);

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Ana in Madrid and Ben in New York, on Monday, 4 May 2026.
async fn ana_and_ben(app: &TestApp) -> (Person, Person) {
    let (ana, ben, _) = app.ana_and_ben().await;
    app.execute("UPDATE users SET time_zone = 'Europe/Madrid' WHERE username = 'ana'")
        .await;
    app.execute("UPDATE users SET time_zone = 'America/New_York' WHERE username = 'ben'")
        .await;
    (ana, ben)
}

async fn propose(from: &Person, to: &Person, date: &str, time: &str, more: &[(&str, &str)]) -> Result<(), AppError> {
    let mut form = vec![
        ("to", to.username.as_str()),
        ("date", date),
        ("time", time),
        ("minutes", "45"),
        ("about", "the subjunctive"),
    ];
    form.extend(more);
    from.tell("propose_appointment", &form).await
}

async fn all(person: &Person) -> Agenda {
    person.ask("appointments", &[]).await.unwrap()
}

async fn answer(person: &Person, function: &str, to: &AppointmentView) -> Result<(), AppError> {
    let (id, edition) = (to.id.to_string(), to.edition.to_string());
    person.tell(function, &[("id", &id), ("edition", &edition)]).await
}

async fn ask_to_move(
    person: &Person,
    view: &AppointmentView,
    (date, time): (&str, &str),
    all: &str,
) -> Result<(), AppError> {
    let (id, day) = (view.id.to_string(), view.day.to_string());
    let form = [
        ("id", id.as_str()),
        ("day", &day),
        ("date", date),
        ("time", time),
        ("minutes", "30"),
        ("all", all),
    ];
    person.tell("move_appointment", &form).await
}

async fn cancel(person: &Person, view: &AppointmentView, all: &str) -> Result<(), AppError> {
    let (id, day) = (view.id.to_string(), view.day.to_string());
    person
        .tell("cancel_appointment", &[("id", &id), ("day", &day), ("all", all)])
        .await
}

/// Ana proposes, Ben says yes.
async fn agreed(ana: &Person, ben: &Person, date: &str, time: &str, more: &[(&str, &str)]) -> AppointmentView {
    propose(ana, ben, date, time, more).await.unwrap();
    let waits = all(ben).await.to_answer.remove(0);
    answer(ben, "accept_appointment", &waits).await.unwrap();
    all(ana).await.agreed.remove(0)
}

async fn lines(person: &Person) -> Vec<Notice> {
    let page: Page<Notification> = person.ask("notifications", &[]).await.unwrap();
    page.items.into_iter().map(|line| line.notice).collect()
}

/// Days pass in which somebody looks in now and then, as a session asks for.
async fn pass(app: &TestApp, person: &Person, days: u32) {
    for day in 1..=days {
        app.advance(DAY);
        if day % 7 == 0 {
            all(person).await;
        }
    }
}

fn clocks(view: &AppointmentView) -> [String; 2] {
    [view.at.mine.machine(), view.at.theirs.machine()]
}

async fn a_time_is_proposed_and_accepted_by_both_clocks(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let mut bens = app.ws(&ben).await;
    propose(&ana, &ben, "2026-05-07", "18:00", &[]).await.unwrap();
    bens.wait("a hint", |message| {
        matches!(message, ServerMessage::Appointments(AppointmentNews::Changed)).then_some(())
    })
    .await;

    let mine = all(&ana).await;
    assert_eq!((mine.asked.len(), mine.agreed.len(), mine.to_answer.len()), (1, 0, 0));
    assert_eq!(clocks(&mine.asked[0]), ["2026-05-07T18:00", "2026-05-07T12:00"]);
    let theirs = all(&ben).await.to_answer.remove(0);
    assert_eq!(clocks(&theirs), ["2026-05-07T12:00", "2026-05-07T18:00"]);
    assert_eq!((theirs.minutes, theirs.about.as_str()), (45, "the subjunctive"));
    assert!(
        matches!(&lines(&ben).await[0], Notice::AppointmentProposed { when, is_other_time: false } if when.machine() == "2026-05-07T12:00")
    );

    answer(&ben, "accept_appointment", &theirs).await.unwrap();
    for person in [&ana, &ben] {
        let all = all(person).await;
        assert_eq!((all.agreed.len(), all.asked.len(), all.to_answer.len()), (1, 0, 0));
        assert!(all.agreed[0].asked.is_none() && !all.agreed[0].is_now);
    }
    assert!(
        matches!(&lines(&ana).await[0], Notice::AppointmentAnswered { when, is_accepted: true } if when.machine() == "2026-05-07T18:00")
    );
    // What has been answered waits no more, and is over when it is over.
    assert_eq!(
        answer(&ben, "accept_appointment", &theirs).await,
        Err(AppError::Refused(Refusal::AlreadySettled))
    );
    // 2026-05-07 15:55 UTC.
    app.advance(DAY * 3 + HOUR * 7 - Duration::from_secs(300));
    assert!(all(&ben).await.agreed[0].is_now);
    app.advance(HOUR);
    assert!(all(&ben).await.agreed.is_empty());
}

async fn an_answer_is_to_what_was_read(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    propose(&ana, &ben, "2026-05-07", "18:00", &[]).await.unwrap();
    let read = all(&ben).await.to_answer.remove(0);
    let own = all(&ana).await.asked.remove(0);
    ask_to_move(&ana, &own, ("2026-05-08", "07:00"), "no").await.unwrap();
    assert_eq!(
        answer(&ben, "accept_appointment", &read).await,
        Err(AppError::Refused(Refusal::AppointmentChanged))
    );
    let now = all(&ben).await.to_answer.remove(0);
    assert_eq!((clocks(&now)[0].as_str(), now.minutes), ("2026-05-08T01:00", 30));
    // Nobody says yes to themselves.
    let own = all(&ana).await.asked.remove(0);
    assert_eq!(
        answer(&ana, "accept_appointment", &own).await,
        Err(AppError::Refused(Refusal::AlreadySettled))
    );
    // What has passed meanwhile cannot be agreed on, but declined it can be.
    app.advance(DAY * 5);
    assert_eq!(
        answer(&ben, "accept_appointment", &now).await,
        Err(AppError::Refused(Refusal::AppointmentOver))
    );
    answer(&ben, "decline_appointment", &now).await.unwrap();
    assert!(matches!(
        &lines(&ana).await[0],
        Notice::AppointmentAnswered { is_accepted: false, .. }
    ));
}

async fn another_time_is_asked_for_and_what_stands_stands(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let stands = agreed(&ana, &ben, "2026-05-07", "18:00", &[]).await;
    // By the clock of whoever asks: noon of the next day in New York.
    let seen = all(&ben).await.agreed.remove(0);
    ask_to_move(&ben, &seen, ("2026-05-08", "12:00"), "no").await.unwrap();
    let asked = all(&ana).await.to_answer.remove(0);
    assert_eq!(asked.at, stands.at);
    let other = asked.asked.unwrap().other_time.unwrap();
    assert_eq!(
        (other.at.mine.machine().as_str(), other.minutes),
        ("2026-05-08T18:00", 30)
    );
    let own = all(&ben).await.agreed.remove(0);
    assert!(own.asked.is_some_and(|asked| asked.by_me));

    answer(&ana, "decline_appointment", &asked).await.unwrap();
    assert_eq!(all(&ana).await.agreed[0].at, stands.at);
    let seen = all(&ben).await.agreed.remove(0);
    ask_to_move(&ben, &seen, ("2026-05-09", "12:00"), "no").await.unwrap();
    let asked = all(&ana).await.to_answer.remove(0);
    answer(&ana, "accept_appointment", &asked).await.unwrap();
    let moved = all(&ana).await.agreed.remove(0);
    assert_eq!((clocks(&moved)[0].as_str(), moved.minutes), ("2026-05-09T18:00", 30));

    // A proposal is answered by another time, too.
    propose(&ana, &ben, "2026-05-12", "18:00", &[]).await.unwrap();
    let asked = all(&ben).await.to_answer.remove(0);
    ask_to_move(&ben, &asked, ("2026-05-12", "13:00"), "no").await.unwrap();
    let turned = all(&ana).await.to_answer.remove(0);
    assert_eq!(clocks(&turned)[0], "2026-05-12T19:00");
    let refused = ask_to_move(&ben, &asked, ("2026-05-01", "13:00"), "no").await;
    let problem = FieldProblem {
        field: "time".to_owned(),
        problem: Problem::Past,
    };
    assert_eq!(refused, Err(AppError::Invalid(vec![problem])));
}

async fn a_series_stays_at_its_hour_when_the_clocks_change(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    agreed(&ana, &ben, "2026-05-07", "18:00", &[("weekly", "yes")]).await;
    // Madrid leaves summer time on 25 October, New York on 1 November.
    for (days, mine, theirs) in [
        (1, "2026-05-07T18:00", "2026-05-07T12:00"),
        (170, "2026-10-22T18:00", "2026-10-22T12:00"),
        (5, "2026-10-29T18:00", "2026-10-29T13:00"),
        (8, "2026-11-05T18:00", "2026-11-05T12:00"),
    ] {
        app.advance(DAY * days);
        // No session lasts so long.
        let all = service::appointments(&app.state, &ana.viewer()).await.unwrap();
        assert_eq!(clocks(&all.agreed[0]), [mine, theirs]);
    }
}

async fn one_time_of_a_series_is_left_out_or_moved(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let first = agreed(&ana, &ben, "2026-05-07", "18:00", &[("weekly", "yes")]).await;
    let next = async |person: &Person| clocks(&all(person).await.agreed[0])[0].clone();
    cancel(&ben, &first, "no").await.unwrap();
    assert_eq!(next(&ana).await, "2026-05-14T18:00");
    assert_eq!(
        cancel(&ben, &first, "no").await,
        Err(AppError::Refused(Refusal::AppointmentOver)),
        "it is left out already"
    );
    // The next one is moved, and only that.
    let second = all(&ana).await.agreed.remove(0);
    ask_to_move(&ana, &second, ("2026-05-15", "09:00"), "no").await.unwrap();
    let asked = all(&ben).await.to_answer.remove(0);
    assert!(asked.asked.unwrap().other_time.unwrap().is_for_once);
    answer(&ben, "accept_appointment", &asked).await.unwrap();
    assert_eq!(next(&ana).await, "2026-05-15T09:00");
    app.advance(DAY * 12);
    assert_eq!(next(&ana).await, "2026-05-21T18:00");
    // All of them, from the next one on, by the clock of whoever asked.
    let third = all(&ben).await.agreed.remove(0);
    ask_to_move(&ben, &third, ("2026-05-22", "10:00"), "yes").await.unwrap();
    let asked = all(&ana).await.to_answer.remove(0);
    answer(&ana, "accept_appointment", &asked).await.unwrap();
    assert_eq!(next(&ana).await, "2026-05-22T16:00");
    // New York keeps its summer time a week longer.
    pass(&app, &ana, 163).await;
    assert_eq!(next(&ana).await, "2026-10-30T15:00");
}

async fn what_is_taken_back_is_told(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    propose(&ana, &ben, "2026-05-07", "18:00", &[]).await.unwrap();
    let own = all(&ana).await.asked.remove(0);
    cancel(&ana, &own, "yes").await.unwrap();
    assert!(all(&ben).await.to_answer.is_empty());
    assert!(
        matches!(&lines(&ben).await[..], [Notice::AppointmentCancelled { .. }]),
        "one line for one appointment"
    );
    let stands = agreed(&ana, &ben, "2026-05-07", "18:00", &[("weekly", "yes")]).await;
    cancel(&ben, &stands, "yes").await.unwrap();
    for person in [&ana, &ben] {
        assert!(all(person).await.agreed.is_empty());
    }
    assert!(
        matches!(&lines(&ana).await[0], Notice::AppointmentCancelled { when } if when.machine() == "2026-05-07T18:00")
    );
    assert_eq!(
        cancel(&ben, &stands, "yes").await,
        Err(AppError::Refused(Refusal::AppointmentOver))
    );
}

async fn nobody_else_sees_or_changes_it(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let stands = agreed(&ana, &ben, "2026-05-07", "18:00", &[]).await;
    let eve = app.person("eve").create().await;
    app.partners(&eve, &ana).await;
    let not_found = Err(AppError::NotFound);
    assert_eq!(answer(&eve, "decline_appointment", &stands).await, not_found);
    assert_eq!(cancel(&eve, &stands, "yes").await, not_found);
    assert_eq!(
        ask_to_move(&eve, &stands, ("2026-05-09", "12:00"), "yes").await,
        not_found
    );
    let id = stands.id.to_string();
    assert_eq!(
        eve.ask::<AppointmentView>("appointment", &[("id", &id)])
            .await
            .map(drop),
        not_found
    );
    let file = format!("/calendar/appointment/{id}.ics");
    assert_eq!(eve.bare(Method::GET, &file).send().await.unwrap().status(), 404);
    assert_eq!(all(&eve).await.agreed.len(), 0);
    // Nor is a time proposed to whom one does not know.
    assert_eq!(propose(&eve, &ben, "2026-05-07", "18:00", &[]).await, not_found);
    assert_eq!(
        eve.ask::<Choice>("appointment_times", &[("to", "ben")]).await.map(drop),
        not_found
    );
}

async fn of_two_who_part_nothing_holds(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let stands = agreed(&ana, &ben, "2026-05-20", "18:00", &[]).await;
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    assert_eq!(cancel(&ana, &stands, "yes").await, Err(AppError::NotFound));
    app.advance(HOUR);
    // Also when they find each other again.
    app.partners(&ana, &ben).await;
    for person in [&ana, &ben] {
        assert!(all(person).await.agreed.is_empty());
    }
    app.advance(DAY * 15 + HOUR * 6);
    let before = (lines(&ana).await.len(), lines(&ben).await.len());
    app.server.jobs().run_due().await.unwrap();
    assert_eq!((lines(&ana).await.len(), lines(&ben).await.len()), before);
}

fn soon(notices: &[Notice]) -> Vec<(String, bool)> {
    let soon = notices.iter().filter_map(|notice| match notice {
        Notice::AppointmentSoon { when, is_now } => Some((when.machine(), *is_now)),
        _ => None,
    });
    soon.collect()
}

async fn both_are_reminded_once_of_each_time(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    agreed(&ana, &ben, "2026-05-07", "18:00", &[("weekly", "yes")]).await;
    let told = async |person: &Person| {
        app.server.jobs().run_due().await.unwrap();
        soon(&lines(person).await)
    };
    // A day before: 2026-05-06 16:00 UTC.
    app.advance(DAY * 2 + HOUR * 7 - Duration::from_secs(1));
    assert_eq!(told(&ana).await, []);
    app.advance(Duration::from_secs(1));
    assert_eq!(told(&ana).await, [("2026-05-07T18:00".to_owned(), false)]);
    assert_eq!(told(&ben).await, [("2026-05-07T12:00".to_owned(), false)]);
    // A quarter of an hour before, in the same line.
    app.advance(DAY - Duration::from_secs(15 * 60));
    assert_eq!(told(&ana).await, [("2026-05-07T18:00".to_owned(), true)]);
    // The machine was off until just before the next: of the two that it missed, the later is told.
    app.advance(DAY * 7 + Duration::from_secs(60));
    assert_eq!(told(&ana).await, [("2026-05-14T18:00".to_owned(), true)]);
    // And until after the one that follows.
    app.advance(DAY * 7 + HOUR);
    assert_eq!(told(&ana).await, [("2026-05-14T18:00".to_owned(), true)]);
    app.advance(DAY * 6);
    assert_eq!(told(&ben).await, [("2026-05-28T12:00".to_owned(), false)]);
}

async fn nobody_is_reminded_of_what_takes_place_no_more(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let stands = agreed(&ana, &ben, "2026-05-07", "18:00", &[]).await;
    ask_to_move(&ana, &stands, ("2026-05-09", "18:00"), "no").await.unwrap();
    let asked = all(&ben).await.to_answer.remove(0);
    answer(&ben, "accept_appointment", &asked).await.unwrap();
    app.advance(DAY * 2 + HOUR * 8);
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(soon(&lines(&ana).await), []);
    app.advance(DAY * 2);
    app.server.jobs().run_due().await.unwrap();
    assert_eq!(soon(&lines(&ana).await), [("2026-05-09T18:00".to_owned(), false)]);
    let stands = all(&ana).await.agreed.remove(0);
    cancel(&ben, &stands, "yes").await.unwrap();
    app.advance(DAY - HOUR);
    app.server.jobs().run_due().await.unwrap();
    // The line of the appointment says that it is cancelled, or what it said when one cancelled it oneself.
    assert_eq!(soon(&lines(&ana).await), []);
    assert_eq!(soon(&lines(&ben).await), [("2026-05-09T12:00".to_owned(), false)]);
}

async fn times_are_offered_when_both_have_time(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let choice = async || ana.ask::<Choice>("appointment_times", &[("to", "ben")]).await.unwrap();
    let nothing = choice().await;
    assert_eq!((nothing.starts.len(), nothing.have_said), (0, [false, false]));
    assert_eq!(nothing.their_time_zone, "America/New_York");
    // Thursdays from five to eight in Madrid, and from noon to two in New York.
    set_hours(&app, &ana, &["thu-17", "thu-18", "thu-19"]).await;
    assert_eq!(choice().await.have_said, [true, false]);
    set_hours(&app, &ben, &["thu-12", "thu-13"]).await;
    let starts = |choice: Choice| -> Vec<String> { choice.starts.iter().map(|start| start.mine.machine()).collect() };
    let both = [
        "2026-05-07T18:00",
        "2026-05-07T18:30",
        "2026-05-07T19:00",
        "2026-05-07T19:30",
        "2026-05-14T18:00",
        "2026-05-14T18:30",
        "2026-05-14T19:00",
        "2026-05-14T19:30",
    ];
    assert_eq!(starts(choice().await), both);
    // What is agreed on is offered to nobody, whoever of the two it is with.
    let carl = app.person("carl").create().await;
    app.execute("UPDATE users SET time_zone = 'UTC' WHERE username = 'carl'")
        .await;
    app.partners(&ben, &carl).await;
    agreed(&carl, &ben, "2026-05-07", "16:15", &[]).await;
    assert_eq!(starts(choice().await), both[2..]);
    // One of those that are offered is proposed by its number.
    let start = choice().await.starts[0].mine.at.0.to_string();
    propose(&ana, &ben, "", "", &[("start", &start)]).await.unwrap();
    assert_eq!(clocks(&all(&ana).await.asked[0])[0], both[2]);
}

async fn set_hours(app: &TestApp, person: &Person, boxes: &[&str]) {
    let (id, now) = (person.id, app.state.clock.now());
    let boxes: Vec<String> = boxes.iter().map(|name| (*name).to_owned()).collect();
    let mut profile = profiles::profile(&mut app.read().await, id).await.unwrap();
    profile.hours = WeekHours::parse(&boxes).unwrap();
    app.write(move |conn| async move { profiles::insert(conn, id, &profile, now).await }.boxed())
        .await;
}

async fn a_partner_is_not_buried_in_proposals(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    for hour in 0..WAITING_MAX {
        propose(&ana, &ben, "2026-05-07", &format!("{:02}:00", hour + 8), &[])
            .await
            .unwrap();
    }
    let more = async || propose(&ana, &ben, "2026-05-08", "18:00", &[]).await;
    assert_eq!(more().await, Err(AppError::Refused(Refusal::TooManyProposals)));
    let first = all(&ben).await.to_answer.remove(0);
    answer(&ben, "decline_appointment", &first).await.unwrap();
    assert_eq!(more().await, Ok(()));
    propose(&ben, &ana, "2026-05-08", "18:00", &[]).await.unwrap();
}

async fn calendars_fetch_them_at_an_address_of_their_own(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    agreed(&ana, &ben, "2026-05-07", "18:00", &[("weekly", "yes")]).await;
    propose(&ana, &ben, "2026-05-09", "18:00", &[]).await.unwrap();
    ana.tell::<()>("make_calendar_address", &[]).await.unwrap();
    let shown: Option<String> = ana.ask("calendar_address", &[]).await.unwrap();
    let shown = shown.unwrap();
    let path = shown
        .split_once("/calendar/")
        .map(|(_, rest)| format!("/calendar/{rest}"))
        .unwrap();
    // Nobody is signed in there.
    let fetch = async |path: &str| {
        let answer = app.visitor().bare(Method::GET, path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = fetch(&path).await;
    assert_eq!(status, 200);
    assert_eq!(
        text.matches("BEGIN:VEVENT").count(),
        1,
        "what is only proposed is not there: {text}"
    );
    for line in [
        "SUMMARY:Speakle: talk with Ben Carter",
        "DTSTART;TZID=Europe/Madrid:20260507T180000",
        "RRULE:FREQ=WEEKLY",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
    }
    // It is kept as a hash, and shown in the browser that made it alone.
    let token = path
        .trim_start_matches("/calendar/")
        .trim_end_matches(".ics")
        .to_owned();
    assert!(app.dump(&[]).await.rows_with(&token).is_empty());
    let other = ana.another_device(&app).await;
    assert_eq!(other.ask::<Option<String>>("calendar_address", &[]).await, Ok(None));

    other.tell::<()>("make_calendar_address", &[]).await.unwrap();
    assert_eq!(fetch(&path).await.0, 404, "the one before works no more");
    assert_eq!(ana.ask::<Option<String>>("calendar_address", &[]).await, Ok(None));
    let second: Option<String> = other.ask("calendar_address", &[]).await.unwrap();
    let second = second.unwrap();
    let path = second
        .split_once("/calendar/")
        .map(|(_, rest)| format!("/calendar/{rest}"))
        .unwrap();
    assert_eq!(fetch(&path).await.0, 200);
    ana.tell::<()>("end_calendar_address", &[]).await.unwrap();
    assert_eq!(fetch(&path).await.0, 404);
    for wrong in [
        "/calendar/.ics",
        "/calendar/abc",
        "/calendar/abc.ics",
        "/calendar/%00.ics",
    ] {
        assert_eq!(fetch(wrong).await.0, 404, "{wrong}");
    }
}

async fn one_appointment_is_a_file(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben) = ana_and_ben(&app).await;
    let stands = agreed(&ana, &ben, "2026-05-07", "18:00", &[]).await;
    let path = format!("/calendar/appointment/{}.ics", stands.id);
    let answer = ben.bare(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"speakle.ics\""
    );
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("DTSTART:20260507T160000Z\r\nDURATION:PT45M\r\n"),
        "{text}"
    );
    assert!(text.contains("SUMMARY:Speakle: talk with Ana Castillo\r\n"), "{text}");
    let out = app.visitor().bare(Method::GET, &path).send().await.unwrap();
    assert_eq!(out.status(), 303, "who is signed out is sent to the login page");
    cancel(&ana, &stands, "yes").await.unwrap();
    let text = ben.bare(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("STATUS:CANCELLED\r\n"), "{text}");
}

async fn mails_go_where_they_are_wanted(engine: Engine) {
    let sink = MailSink::start();
    let app = TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--smtp-url", &sink.url())
        .start()
        .await;
    let (ana, ben) = ana_and_ben(&app).await;
    let runs = || async {
        app.advance(by_mail::WAIT);
        while app.server.jobs().run_due().await.unwrap() > 0 {}
    };
    propose(&ana, &ben, "2026-05-07", "18:00", &[]).await.unwrap();
    runs().await;
    let mail = sink.mail(1).await.read();
    assert_eq!(mail.subject(), "Ana Castillo proposes a time to talk");
    assert!(mail.text.contains("Thursday 7 May, 12:00"), "{}", mail.text);
    let waits = all(&ben).await.to_answer.remove(0);
    answer(&ben, "accept_appointment", &waits).await.unwrap();
    runs().await;
    assert_eq!(
        sink.mail(2).await.read().subject(),
        "Ben Carter has said yes to your time"
    );
    app.advance(DAY * 2 + HOUR * 7);
    while app.server.jobs().run_due().await.unwrap() > 0 {}
    runs().await;
    sink.mail(4).await;
    let mut subjects: Vec<String> = sink.came()[2..].iter().map(|came| came.read().subject()).collect();
    subjects.sort();
    assert_eq!(
        subjects,
        [
            "Tomorrow you talk with Ana Castillo",
            "Tomorrow you talk with Ben Carter"
        ]
    );
    // A quarter of an hour before there is no mail.
    app.advance(DAY);
    while app.server.jobs().run_due().await.unwrap() > 0 {}
    runs().await;
    assert_eq!(sink.came().len(), 4);
}
