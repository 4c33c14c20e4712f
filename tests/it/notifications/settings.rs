//! How people want to hear of things.

use speakle::kernel::error::{AppError, Problem};
use speakle::notifications::model::{Kind, QuietHours, Settings};
use speakle::notifications::service::is_quiet;

use crate::harness::{Engine, Person, TestApp};

both_engines!(
    who_has_chosen_nothing_has_the_defaults_and_choices_are_kept,
    quiet_hours_are_those_of_the_persons_own_clock,
    what_cannot_be_used_changes_nothing,
);

async fn save(who: &Person, form: &[(&str, &str)]) -> Result<(), AppError> {
    who.tell("save_notification_settings", form).await
}

async fn who_has_chosen_nothing_has_the_defaults_and_choices_are_kept(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, _) = app.ana_and_ben().await;
    assert_eq!(
        ana.ask::<Settings>("notification_settings", &[]).await.unwrap(),
        Settings::default()
    );
    let times = [("quiet_from", "23:15"), ("quiet_to", "06:45")];
    let ticked = [
        ("on[]", "call_missed.sound"),
        ("on[]", "call_missed.in_app"),
        ("quiet", "on"),
    ];
    save(&ana, &[&ticked[..], &times].concat()).await.unwrap();
    let settings: Settings = ana.ask("notification_settings", &[]).await.unwrap();
    let on = |settings: &Settings, kind| {
        let channels = settings.of(kind);
        [channels.in_app, channels.desktop, channels.sound, channels.email]
    };
    for kind in Kind::ALL {
        assert_eq!(
            on(&settings, kind),
            [kind == Kind::CallMissed, false, kind == Kind::CallMissed, false],
            "{kind:?}"
        );
    }
    assert_eq!(
        settings.quiet,
        QuietHours {
            is_on: true,
            from_minute: 1_395,
            to_minute: 405
        }
    );
    // Nothing ticked at all.
    save(&ana, &times).await.unwrap();
    let settings: Settings = ana.ask("notification_settings", &[]).await.unwrap();
    assert!(Kind::ALL.into_iter().all(|kind| on(&settings, kind) == [false; 4]));
    assert!(!settings.quiet.is_on);
    assert_eq!(
        ben.ask::<Settings>("notification_settings", &[]).await.unwrap(),
        Settings::default()
    );
    let nobody = app.visitor().fetch("notification_settings", &[]).await;
    assert_eq!(nobody.status, 401);
}

async fn quiet_hours_are_those_of_the_persons_own_clock(engine: Engine) {
    // The clock stands at 09:00 UTC, which is 11:00 in Madrid, where these people live.
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let now = app.state.clock.now();
    let quiet = async || is_quiet(&mut app.read().await, ana.id, now).await.unwrap();
    assert!(!quiet().await);
    for (is_on, from, to, holds) in [
        ("on", "10:59", "11:01", true),
        ("on", "11:00", "11:01", true),
        ("on", "10:00", "11:00", false),
        ("on", "08:00", "10:00", false),
        ("on", "22:00", "12:00", true),
        ("", "10:00", "12:00", false),
    ] {
        save(&ana, &[("quiet", is_on), ("quiet_from", from), ("quiet_to", to)])
            .await
            .unwrap();
        assert_eq!(quiet().await, holds, "{is_on} {from} to {to}");
    }
}

async fn what_cannot_be_used_changes_nothing(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let ana = app.person("ana").create().await;
    let before = app.dump(&[]).await;
    let times = [("quiet_from", "22:00"), ("quiet_to", "07:00")];
    let unknown = save(&ana, &[&[("on[]", "rain.sound")][..], &times].concat()).await;
    assert_eq!(unknown, Err(AppError::field("on", Problem::Unknown)));
    let no_time = save(&ana, &[("quiet_from", "soon"), ("quiet_to", "07:00")]).await;
    assert_eq!(no_time, Err(AppError::field("quiet_from", Problem::Unknown)));
    app.assert_unchanged(&before, &[]).await;
    // Without scripts the page comes back with it.
    let answer = ana
        .submit(
            "/settings/notifications",
            "save_notification_settings",
            &[("quiet_from", ""), ("quiet_to", "07:00")],
        )
        .await;
    assert_eq!((answer.status, answer.location()), (303, "/settings/notifications"));
}
