//! Browsers that want to be told while no page is open: whose they are, for how long, and by which key.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use speakle::kernel::error::{AppError, Problem};
use speakle::notifications::push::model::{ENDPOINT_MAX, SUBSCRIPTIONS};

use super::push::subscribe;
use super::{news, record};
use crate::harness::push_service::Pushed;
use crate::harness::{Engine, Person, PushBrowser, PushService, TestApp};

both_engines!(
    a_subscription_ends_with_its_sign_in,
    a_browser_is_told_what_concerns_who_saved_it_last,
    who_only_knows_the_address_of_a_browser_cannot_take_it,
    a_browser_that_is_gone_is_forgotten,
    the_oldest_of_many_browsers_gives_way,
    what_is_no_subscription_is_refused,
    the_installation_has_one_key,
);

async fn app(engine: Engine) -> (TestApp, PushService) {
    let service = PushService::start().await;
    let wishes = TestApp::wishes(engine).manual_clock().without_background();
    (wishes.may_reach(service.addr).start().await, service)
}

/// Something happens to each of them; what this browser hears of it.
async fn pushed(app: &TestApp, service: &PushService, people: &[&Person], browser: &PushBrowser) -> Vec<Pushed> {
    // Of a kind that is pushed by default.
    for person in people {
        let subject = format!("partnership:{}", person.username);
        let entry = super::put(
            person.id,
            &subject,
            speakle::notifications::model::Notice::PartnershipEnded,
            speakle::notifications::service::Reading::Unread,
        );
        record(app, vec![entry]).await;
    }
    app.server.jobs().run_due().await.unwrap();
    service.arrived(browser, app.state.clock.now())
}

async fn kept(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM push_subscription").await
}

async fn a_subscription_ends_with_its_sign_in(engine: Engine) {
    let (app, service) = app(engine).await;
    let ana = app.person("ana").create().await;
    let (phone, laptop) = (service.browser(), service.browser());
    let on_laptop = ana.another_device(&app).await;
    subscribe(&ana, &phone).await;
    subscribe(&on_laptop, &laptop).await;
    // Again changes nothing.
    subscribe(&ana, &phone).await;
    assert_eq!(kept(&app).await, 2);
    assert_eq!(pushed(&app, &service, &[&ana], &phone).await.len(), 1);
    on_laptop.tell::<String>("log_out", &[]).await.unwrap();
    assert_eq!(kept(&app).await, 1);
    service.arrived(&laptop, app.state.clock.now());
    assert_eq!(pushed(&app, &service, &[&ana], &laptop).await.len(), 0);
    assert_eq!(service.arrived(&phone, app.state.clock.now()).len(), 1);
    // Turned off on this device, twice.
    for _ in 0..2 {
        ana.tell::<()>("forget_push_subscription", &[("endpoint", &phone.endpoint)])
            .await
            .unwrap();
    }
    assert_eq!(kept(&app).await, 0);
    // A sign-in that has run out, before anybody has tidied up.
    subscribe(&ana, &phone).await;
    app.advance(Duration::from_secs(31 * 24 * 3_600));
    assert_eq!(pushed(&app, &service, &[&ana], &phone).await.len(), 0);
    assert_eq!(kept(&app).await, 1);
    app.clean_up().await;
    assert_eq!(kept(&app).await, 0);
}

async fn a_browser_is_told_what_concerns_who_saved_it_last(engine: Engine) {
    let (app, service) = app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let browser = service.browser();
    subscribe(&ana, &browser).await;
    // Asked for while it was Ana's.
    record(&app, vec![news(ana.id, "call:1")]).await;
    subscribe(&ben, &browser).await;
    assert_eq!(kept(&app).await, 1);
    let heard = pushed(&app, &service, &[&ana, &ben], &browser).await;
    let tags: Vec<&str> = heard.iter().map(|pushed| pushed.message.tag.as_str()).collect();
    assert_eq!(tags, ["partnership:ben"]);
    // Nobody forgets another's.
    ana.tell::<()>("forget_push_subscription", &[("endpoint", &browser.endpoint)])
        .await
        .unwrap();
    assert_eq!(kept(&app).await, 1);
}

async fn who_only_knows_the_address_of_a_browser_cannot_take_it(engine: Engine) {
    let (app, service) = app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    let (browser, other) = (service.browser(), service.browser());
    subscribe(&ana, &browser).await;
    let before = app.dump(&[]).await;
    for (p256dh, auth) in [
        (&other.p256dh, &other.auth),
        (&browser.p256dh, &other.auth),
        (&other.p256dh, &browser.auth),
    ] {
        let form = [
            ("endpoint", browser.endpoint.as_str()),
            ("p256dh", p256dh.as_str()),
            ("auth", auth.as_str()),
        ];
        let refused = ben.tell::<()>("save_push_subscription", &form).await.unwrap_err();
        assert_eq!(refused, AppError::field("endpoint", Problem::Taken));
    }
    app.assert_unchanged(&before, &[]).await;
    assert_eq!(pushed(&app, &service, &[&ana, &ben], &browser).await.len(), 1);
    // What its own person says of it holds.
    let mut renewed = other;
    renewed.endpoint.clone_from(&browser.endpoint);
    subscribe(&ana, &renewed).await;
    let secrets = "SELECT COUNT(*) FROM push_subscription WHERE LENGTH(auth) = 16";
    assert_eq!((kept(&app).await, app.number(secrets).await), (1, 1));
}

async fn a_browser_that_is_gone_is_forgotten(engine: Engine) {
    let (app, service) = app(engine).await;
    let ana = app.person("ana").create().await;
    for gone in [404, 410] {
        let (browser, other) = (service.browser(), service.browser());
        subscribe(&ana, &browser).await;
        subscribe(&ana, &other).await;
        service.will_answer(&browser, &[gone]);
        assert_eq!(pushed(&app, &service, &[&ana], &browser).await.len(), 1);
        assert_eq!(service.arrived(&other, app.state.clock.now()).len(), 1);
        assert_eq!(
            app.texts("SELECT endpoint FROM push_subscription").await,
            std::slice::from_ref(&other.endpoint)
        );
        assert_eq!(pushed(&app, &service, &[&ana], &browser).await.len(), 0);
        app.execute("DELETE FROM push_subscription").await;
    }
    // One by which nothing has come through for 30 days, and one of which nothing is known.
    let (deaf, calm) = (service.browser(), service.browser());
    subscribe(&ana, &deaf).await;
    subscribe(&ana, &calm).await;
    service.will_answer(&deaf, &[403; 2]);
    pushed(&app, &service, &[&ana], &deaf).await;
    app.execute("UPDATE session SET expires_at = expires_at * 2").await;
    app.advance(Duration::from_secs(29 * 24 * 3_600));
    pushed(&app, &service, &[&ana], &deaf).await;
    app.clean_up().await;
    assert_eq!(kept(&app).await, 2);
    app.advance(Duration::from_secs(24 * 3_600 + 1));
    app.clean_up().await;
    assert_eq!(
        app.texts("SELECT endpoint FROM push_subscription").await,
        [calm.endpoint]
    );
}

async fn the_oldest_of_many_browsers_gives_way(engine: Engine) {
    let (app, service) = app(engine).await;
    let (ana, ben) = (app.person("ana").create().await, app.person("ben").create().await);
    subscribe(&ben, &service.browser()).await;
    let browsers: Vec<PushBrowser> = (0..=SUBSCRIPTIONS).map(|_| service.browser()).collect();
    for (at, browser) in browsers.iter().enumerate() {
        app.advance(Duration::from_secs(1));
        subscribe(&ana, browser).await;
        // The first is seen again.
        if at == 5 {
            app.advance(Duration::from_secs(1));
            subscribe(&ana, &browsers[0]).await;
        }
    }
    assert_eq!(kept(&app).await, SUBSCRIPTIONS + 1);
    let left = app.texts("SELECT endpoint FROM push_subscription").await;
    assert!(left.contains(&browsers[0].endpoint) && !left.contains(&browsers[1].endpoint));
}

async fn what_is_no_subscription_is_refused(engine: Engine) {
    let (app, service) = app(engine).await;
    let ana = app.person("ana").create().await;
    let good = service.browser();
    let before = app.dump(&[]).await;
    let long = format!("https://push.example/{}", "x".repeat(ENDPOINT_MAX));
    let mut point = URL_SAFE_NO_PAD.decode(&good.p256dh).unwrap();
    point[64] ^= 1;
    let off_the_curve = URL_SAFE_NO_PAD.encode(&point);
    let short = URL_SAFE_NO_PAD.encode(&point[..33]);
    let (p256dh, auth) = (good.p256dh.as_str(), good.auth.as_str());
    let refuse = async |endpoint: &str, p256dh: &str, auth: &str| {
        let form = [("endpoint", endpoint), ("p256dh", p256dh), ("auth", auth)];
        ana.tell::<()>("save_push_subscription", &form).await.unwrap_err()
    };
    let url = good.endpoint.as_str();
    for (endpoint, p256dh, auth, field, problem) in [
        ("", p256dh, auth, "endpoint", Problem::Required),
        (
            long.as_str(),
            p256dh,
            auth,
            "endpoint",
            Problem::TooLong { max: ENDPOINT_MAX },
        ),
        ("http://push.example/1", p256dh, auth, "endpoint", Problem::Unknown),
        ("https://127.0.0.1/1", p256dh, auth, "endpoint", Problem::Unknown),
        ("https://[::1]:8443/1", p256dh, auth, "endpoint", Problem::Unknown),
        ("https://169.254.169.254/1", p256dh, auth, "endpoint", Problem::Unknown),
        ("javascript:alert(1)", p256dh, auth, "endpoint", Problem::Unknown),
        (url, "", auth, "p256dh", Problem::Unknown),
        (url, "not base64!", auth, "p256dh", Problem::Unknown),
        (url, &short, auth, "p256dh", Problem::Unknown),
        (url, &off_the_curve, auth, "p256dh", Problem::Unknown),
        (url, p256dh, "", "auth", Problem::Unknown),
        (url, p256dh, p256dh, "auth", Problem::Unknown),
    ] {
        let error = refuse(endpoint, p256dh, auth).await;
        assert_eq!(error, AppError::field(field, problem), "{endpoint} {p256dh} {auth}");
    }
    app.assert_unchanged(&before, &[]).await;
    let visitor = app.visitor();
    assert_eq!(visitor.fetch("push_key", &[]).await.status, 401);
    let form = [("endpoint", url), ("p256dh", p256dh), ("auth", auth)];
    assert_eq!(visitor.call("save_push_subscription", &form).await.status, 401);
    let form = [("endpoint", url)];
    assert_eq!(visitor.call("forget_push_subscription", &form).await.status, 401);
    app.assert_unchanged(&before, &[]).await;
    // With the padding that some clients write.
    let padded = format!("{auth}==");
    let form = [("endpoint", url), ("p256dh", p256dh), ("auth", padded.as_str())];
    ana.tell::<()>("save_push_subscription", &form).await.unwrap();
    assert_eq!(kept(&app).await, 1);
}

async fn the_installation_has_one_key(engine: Engine) {
    let (app, _service) = app(engine).await;
    let ana = app.person("ana").create().await;
    let other = app.another_process(false).await;
    let there = ana.at(&other);
    // Both need it for the first time at once.
    let (here, there) = tokio::join!(ana.ask::<String>("push_key", &[]), there.ask::<String>("push_key", &[]));
    let key = here.unwrap();
    assert_eq!(there.unwrap(), key);
    let point = URL_SAFE_NO_PAD.decode(&key).unwrap();
    assert_eq!((point.len(), point[0]), (65, 4));
    assert_eq!(app.number("SELECT COUNT(*) FROM installation_key").await, 1);
    let next = app.another_process(false).await;
    assert_eq!(ana.at(&next).ask::<String>("push_key", &[]).await.unwrap(), key);
}
