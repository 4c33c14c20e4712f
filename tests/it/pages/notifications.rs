//! Notifications as HTML: the bell on every page, the list and the settings without a line of JavaScript.

use futures::FutureExt as _;
use speakle::kernel::paging::Page;
use speakle::notifications::model::Notice;
use speakle::notifications::model::{Channels, Kind, Notification, PAGE, QuietHours, Settings};
use speakle::notifications::service::{self, Entry, Reading};

use super::{attributes, texts};
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    the_bell_counts_on_every_page,
    opening_one_marks_it_read_and_leads_there,
    everything_is_marked_read_by_a_plain_form,
    the_list_has_pages_and_days,
    settings_are_saved_by_a_plain_form_and_come_back_when_they_cannot_be,
);

/// The name of the bell and what is to be seen in it.
fn bell(html: &str) -> (String, String) {
    let button = html
        .split("<button")
        .find(|part| part.contains("bell-button"))
        .expect("there is a bell");
    let (tag, content) = button.split_once('>').unwrap();
    assert!(
        tag.contains(r#"type="submit""#),
        "without scripts it leads to the list: {tag}"
    );
    let content = content.split("</button>").next().unwrap();
    (
        attributes(tag, "aria-label")[0].to_owned(),
        texts(content, "span").concat(),
    )
}

async fn asked_by(app: &TestApp, name: &str, to: &str, message: &str) -> Person {
    let asker = app.person(name).speaks("en").learns("es", "B1").create().await;
    asker
        .tell::<()>("send_request", &[("to", to), ("message", message)])
        .await
        .unwrap();
    asker
}

async fn the_bell_counts_on_every_page(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _, _) = app.ana_and_ben().await;
    let paths = [
        "/",
        "/requests",
        "/notifications",
        "/settings/notifications",
        "/people/ben",
        "/nothing",
    ];
    for path in paths {
        let (name, number) = bell(&ana.get(path).await.body);
        assert_eq!((name.as_str(), number.as_str()), ("Notifications", ""), "{path}");
    }
    asked_by(&app, "carl", "ana", "").await;
    asked_by(&app, "dora", "ana", "").await;
    for path in paths {
        let (name, number) = bell(&ana.get(path).await.body);
        assert_eq!(
            (name.as_str(), number.as_str()),
            ("Notifications, 2 unread", "2"),
            "{path}"
        );
    }
    assert!(!app.visitor().get("/people/ana").await.body.contains("bell-button"));
}

async fn list(who: &Person) -> Vec<Notification> {
    who.ask::<Page<Notification>>("notifications", &[]).await.unwrap().items
}

async fn opening_one_marks_it_read_and_leads_there(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _, _) = app.ana_and_ben().await;
    asked_by(&app, "carl", "ana", "Tea & <talk>?").await;
    let html = ana.get("/notifications").await.body;
    let id = list(&ana).await[0].id.to_string();
    // The title is the button of a form that says what to mark and where it leads.
    assert!(html.contains(&format!(r#"name="id" value="{id}""#)), "{html}");
    assert!(html.contains(r#"name="next" value="/requests""#));
    assert!(texts(&html, "button").contains(&"carl would like to be your partner".to_owned()));
    assert!(texts(&html, "p").contains(&"Tea & <talk>?".to_owned()));

    for next in ["https://evil.example/", "//evil.example"] {
        let form = [("id", id.as_str()), ("next", next)];
        let answer = ana.submit("/notifications", "mark_notification_read", &form).await;
        assert_eq!((answer.status, answer.location()), (303, "/notifications"), "{next}");
    }
    let form = [("id", id.as_str()), ("next", "/requests")];
    let answer = ana.submit("/notifications", "mark_notification_read", &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/requests"));
    let html = ana.get("/notifications").await.body;
    assert_eq!(bell(&html).0, "Notifications");
    // What is read is a link.
    assert!(texts(&html, "a").contains(&"carl would like to be your partner".to_owned()));
    assert!(!html.contains("notification-unread"));
}

async fn everything_is_marked_read_by_a_plain_form(engine: Engine) {
    let app = TestApp::start(engine).await;
    let (ana, _, _) = app.ana_and_ben().await;
    asked_by(&app, "carl", "ana", "").await;
    asked_by(&app, "dora", "ana", "").await;
    let html = ana.get("/notifications").await.body;
    let buttons = texts(&html, "button");
    // Behind it, a comment of the renderer.
    let is_mark_all = |button: &String| button.starts_with("Mark all as read");
    assert!(buttons.iter().any(is_mark_all), "{buttons:?}");
    let up_to = html
        .split(r#"name="up_to" value=""#)
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(up_to, list(&ana).await[0].seq.to_string());
    // What comes after the page was made is not meant.
    asked_by(&app, "emma", "ana", "").await;
    let answer = ana
        .submit("/notifications", "mark_all_notifications_read", &[("up_to", up_to)])
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/notifications"));
    let html = ana.get("/notifications").await.body;
    assert_eq!(bell(&html).0, "Notifications, 1 unread");
    assert_eq!(html.matches("notification-unread-mark").count(), 1);
}

async fn the_list_has_pages_and_days(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let record = async |from: usize, to: usize| {
        let entries = (from..to)
            .map(|n| Entry::Put {
                user: ana.id,
                subject: format!("session:{n}"),
                actor: None,
                notice: Notice::NewSignIn {
                    device: format!("Device {n}"),
                },
                reading: Reading::Unread,
            })
            .collect();
        let now = app.state.clock.now();
        let work = app
            .state
            .db
            .transaction(move |conn| service::record_all(conn, now, entries).boxed());
        work.await.unwrap();
    };
    record(0, PAGE).await;
    app.state.clock.advance(std::time::Duration::from_secs(86_400));
    record(PAGE, PAGE + 2).await;
    let today = ana.another_device(&app).await;
    let html = today.get("/notifications").await.body;
    assert_eq!(texts(&html, "h2"), ["Today", "Yesterday"]);
    assert_eq!(
        html.matches(r#"class="notification "#).count() + html.matches(r#"class="notification""#).count(),
        PAGE
    );
    assert!(html.contains("Mark all as read") && !html.contains("Back to the newest"));
    let next = attributes(&html, "href")
        .into_iter()
        .find(|href| href.starts_with("/notifications?after="))
        .expect("the list goes on")
        .to_owned();
    let html = today.get(&next).await.body;
    assert_eq!(texts(&html, "h2"), ["Yesterday"]);
    assert!(
        html.contains("Device 1<") && html.contains("Device 0<") && !html.contains("Device 2<"),
        "{html}"
    );
    assert!(attributes(&html, "href").contains(&"/notifications") && !html.contains("Older notifications"));
    let html = today.get("/notifications?after=1").await.body;
    assert!(html.contains("There is nothing older"));
    let ben = app.person("ben").create().await;
    assert!(
        ben.get("/notifications")
            .await
            .body
            .contains("Nothing has happened yet")
    );
}

/// The boxes of the page of settings that are ticked, by what they send.
fn ticked(html: &str) -> Vec<String> {
    html.split("<input")
        .skip(1)
        .filter_map(|part| part.split('>').next())
        .filter(|tag| tag.contains(r#"type="checkbox""#) && tag.contains(" name=") && tag.contains(" checked"))
        .map(|tag| attributes(tag, "value")[0].to_owned())
        .collect()
}

async fn settings_are_saved_by_a_plain_form_and_come_back_when_they_cannot_be(engine: Engine) {
    let app = TestApp::start(engine).await;
    let ana = app.person("ana").create().await;
    let path = "/settings/notifications";
    let html = ana.get(path).await.body;
    let defaults: Vec<String> = Kind::ALL
        .into_iter()
        .flat_map(|kind| {
            let Channels {
                in_app,
                desktop,
                sound,
                email,
            } = kind.default_channels();
            [
                ("in_app", in_app),
                ("desktop", desktop),
                ("sound", sound),
                ("email", email),
            ]
            .into_iter()
            .filter(|(_, on)| *on)
            .map(move |(channel, _)| format!("{}.{channel}", kind.name()))
        })
        .collect();
    assert_eq!(ticked(&html), defaults);
    let kinds = html.matches(r#"class="channel-kind""#).count();
    assert_eq!(kinds, Kind::ALL.len(), "a group for each kind");
    assert_eq!(
        html.matches(r#"aria-describedby="channels-email-hint""#).count(),
        Kind::ALL.len(),
        "each box for e-mail says what it depends on"
    );

    let form = [
        ("on[]", "call_missed.in_app"),
        ("on[]", "new_sign_in.email"),
        ("quiet", "on"),
        ("quiet_from", "23:30"),
        ("quiet_to", "06:15"),
    ];
    let answer = ana.submit(path, "save_notification_settings", &form).await;
    assert_eq!((answer.status, answer.location()), (303, path));
    let html = ana.follow(&answer).await.body;
    assert!(
        texts(&html, "div").iter().any(|text| text == "Saved"),
        "nothing says that it is saved"
    );
    assert_eq!(ticked(&html), ["call_missed.in_app", "new_sign_in.email", "on"]);
    let settings: Settings = ana.ask("notification_settings", &[]).await.unwrap();
    assert!(settings.of(Kind::NewSignIn).email && !settings.of(Kind::CallReceived).sound);
    assert_eq!(
        settings.quiet,
        QuietHours {
            is_on: true,
            from_minute: 1_410,
            to_minute: 375
        }
    );

    // What cannot be used comes back with its boxes as they were ticked.
    let form = [("on[]", "call_missed.sound"), ("quiet_from", "23:30"), ("quiet_to", "")];
    let answer = ana.submit(path, "save_notification_settings", &form).await;
    let html = ana.follow(&answer).await.body;
    assert_eq!(ticked(&html), ["call_missed.sound"]);
    assert!(html.contains(r#"aria-invalid="true""#) && html.contains("Please fill this in."));
    assert_eq!(
        ticked(&ana.get(path).await.body),
        ["call_missed.in_app", "new_sign_in.email", "on"],
        "nothing was saved"
    );
}
