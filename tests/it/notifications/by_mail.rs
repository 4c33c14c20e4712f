//! Notifications by e-mail: to whoever wants them, once, and not of what was read meanwhile.

use std::time::Duration;

use speakle::kernel::paging::Page;
use speakle::notifications::by_mail::WAIT;
use speakle::notifications::model::Notification;

use crate::harness::mail_sink::{Came, MailSink};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    a_mail_tells_of_what_was_not_read_meanwhile,
    of_what_was_read_there_is_no_mail,
    who_has_not_chosen_it_gets_none,
    a_sign_in_from_elsewhere_is_told_at_once,
    an_address_that_may_be_anybodys_gets_none,
);

async fn app_with(engine: Engine, sink: &MailSink) -> TestApp {
    TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--smtp-url", &sink.url())
        .start()
        .await
}

/// Ana asks Ben, who wants to hear of requests by mail.
async fn asked(app: &TestApp) -> (Person, Person) {
    let ana = app.person("ana").called("Ana Castillo").create().await;
    let ben = app.person("ben").speaks("en").learns("es", "A2").create().await;
    let form = [
        ("on[]", "request_received.email"),
        ("quiet_from", "22:00"),
        ("quiet_to", "07:00"),
    ];
    ben.tell::<()>("save_notification_settings", &form).await.unwrap();
    ana.tell::<()>("send_request", &[("to", "ben"), ("message", "Tea?")])
        .await
        .unwrap();
    (ana, ben)
}

async fn list(person: &Person) -> Page<Notification> {
    person.ask("notifications", &[]).await.unwrap()
}

/// Everything that is due is done, and what that makes due.
async fn do_all(app: &TestApp) {
    while app.server.jobs().run_due().await.unwrap() > 0 {}
}

fn subjects(sink: &MailSink) -> Vec<String> {
    sink.came().iter().map(Came::read).map(|mail| mail.subject()).collect()
}

async fn a_mail_tells_of_what_was_not_read_meanwhile(engine: Engine) {
    let sink = MailSink::start();
    let app = app_with(engine, &sink).await;
    let _both = asked(&app).await;
    do_all(&app).await;
    app.advance(WAIT - Duration::from_secs(1));
    do_all(&app).await;
    assert_eq!(subjects(&sink), [] as [&str; 0], "it waits to be read");
    app.advance(Duration::from_secs(1));
    do_all(&app).await;
    let mail = sink.mail(1).await.read();
    assert_eq!(mail.subject(), "Ana Castillo would like to be your partner");
    assert!(
        mail.text.contains("Tea?") && mail.text.contains("/requests"),
        "{}",
        mail.text
    );
    assert!(mail.headers["to"].contains("ben@"), "{:?}", mail.headers);
    // Once, whatever comes.
    app.advance(WAIT * 3);
    do_all(&app).await;
    assert_eq!(subjects(&sink).len(), 1);
}

async fn of_what_was_read_there_is_no_mail(engine: Engine) {
    let sink = MailSink::start();
    let app = app_with(engine, &sink).await;
    let (_ana, ben) = asked(&app).await;
    let line = list(&ben).await.items.remove(0);
    ben.tell::<()>("mark_notification_read", &[("id", &line.id.to_string())])
        .await
        .unwrap();
    app.advance(WAIT * 2);
    do_all(&app).await;
    assert_eq!(subjects(&sink), [] as [&str; 0]);
}

async fn who_has_not_chosen_it_gets_none(engine: Engine) {
    let sink = MailSink::start();
    let app = app_with(engine, &sink).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    let carl = app.person("carl").speaks("en").learns("es", "A2").create().await;
    ana.tell::<()>("send_request", &[("to", "carl"), ("message", "")])
        .await
        .unwrap();
    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    app.advance(WAIT * 2);
    do_all(&app).await;
    assert_eq!(subjects(&sink), [] as [&str; 0]);
    drop(carl);
}

async fn a_sign_in_from_elsewhere_is_told_at_once(engine: Engine) {
    let sink = MailSink::start();
    let app = app_with(engine, &sink).await;
    let ana = app.person("ana").password("violet rain over lisbon").create().await;
    let elsewhere = app
        .visitor()
        .bare(reqwest::Method::POST, "/api/log_in")
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .header("content-type", "application/x-www-form-urlencoded")
        .body("login=ana&password=violet+rain+over+lisbon");
    assert_eq!(crate::harness::browser::send(elsewhere).await.status, 200);
    // Also where somebody else has read the line before her.
    let line = list(&ana).await.items.remove(0);
    ana.tell::<()>("mark_notification_read", &[("id", &line.id.to_string())])
        .await
        .unwrap();
    do_all(&app).await;
    let mail = sink.mail(1).await.read();
    assert_eq!(mail.subject(), "New sign-in to your account");
    assert!(mail.text.contains("Firefox, Linux"), "{}", mail.text);
    assert!(mail.text.contains("/settings/account"), "{}", mail.text);
}

async fn an_address_that_may_be_anybodys_gets_none(engine: Engine) {
    let sink = MailSink::start();
    let app = TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--smtp-url", &sink.url())
        .option("--email-verification", "required")
        .start()
        .await;
    let (_ana, _ben) = asked(&app).await;
    app.execute("UPDATE users SET email_verified_at = NULL WHERE username = 'ben'")
        .await;
    app.advance(WAIT * 2);
    do_all(&app).await;
    assert_eq!(subjects(&sink), [] as [&str; 0]);
}
