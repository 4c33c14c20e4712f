//! Who gets credentials of the TURN servers, of which kind, and whose media go by way of them only.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use speakle::accounts::model::HideAddress;
use speakle::calls::model::{IceConfiguration, IceServer};
use speakle::calls::negotiation::{Candidate, Signal, SignalPayload};
use speakle::calls::wire::{CallCommand, CallNews};
use speakle::kernel::error::{AppError, Problem};
use speakle::matching::service::Partnership;

use super::{Tab, answered_call, room};
use crate::harness::app::Wishes;
use crate::harness::{Engine, Person, TestApp};

both_engines!(
    credentials_are_the_ones_that_coturn_expects,
    only_the_two_of_a_room_get_credentials_and_not_without_end,
    the_more_careful_of_the_two_decides_and_the_first_call_is_hidden,
    a_call_keeps_its_kind_while_it_goes_on,
    an_operator_can_hide_every_address,
    without_a_turn_server_nothing_can_be_hidden,
    the_wish_is_chosen_on_the_page,
    whatever_a_page_says_no_address_reaches_a_partner_who_is_not_to_know,
);

const URLS: &str = "turn:turn.speakle.example:3478,turns:turn.speakle.example:5349";
const SECRET: &str = "quiet-harbour-lantern";

fn with_turn(engine: Engine) -> Wishes {
    TestApp::wishes(engine)
        .manual_clock()
        .without_background()
        .option("--turn-urls", URLS)
        .option("--turn-secret", SECRET)
}

async fn ice(person: &Person, pair: &Partnership) -> Result<IceConfiguration, AppError> {
    person.ask("fresh_ice", &[("room", &pair.room.to_string())]).await
}

async fn is_relay_only(person: &Person, pair: &Partnership) -> bool {
    let fresh = ice(person, pair).await.unwrap();
    // What the page begins with says the same.
    assert_eq!(room(person, pair).await.ice.is_relay_only, fresh.is_relay_only);
    fresh.is_relay_only
}

async fn choose(person: &Person, choice: HideAddress) {
    let form = [("show_online", "on"), ("hide_address", choice.name())];
    person.tell::<()>("save_privacy", &form).await.unwrap();
}

/// A call with both there, from its beginning to its end.
async fn talk(app: &TestApp, ana: &Person, ben: &Person, pair: &Partnership) {
    let (mut anas, mut bens) = begin(app, ana, ben, pair).await;
    end(&mut anas, &mut bens).await;
}

async fn begin(app: &TestApp, ana: &Person, ben: &Person, pair: &Partnership) -> (Tab, Tab) {
    let _here = app.ws(ben).await;
    let call = answered_call(ana, ben, pair).await;
    let (mut anas, mut bens) = (Tab::open(app, ana, call).await, Tab::open(app, ben, call).await);
    anas.join().await;
    bens.join().await;
    (anas, bens)
}

async fn end(anas: &mut Tab, bens: &mut Tab) {
    let goodbye = leave(anas);
    anas.send(goodbye).await;
    bens.hears_end().await;
}

fn leave(tab: &Tab) -> CallCommand {
    CallCommand::Leave {
        call: tab.call,
        seat: tab.seat,
    }
}

async fn credentials_are_the_ones_that_coturn_expects(engine: Engine) {
    let app = with_turn(engine)
        .option("--stun-urls", "stun:stun.speakle.example:3478")
        .start()
        .await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut passwords = Vec::new();
    for (person, wait) in [(&ana, 0), (&ben, 0), (&ana, 59)] {
        app.advance(Duration::from_secs(wait));
        let found = ice(person, &pair).await.unwrap();
        assert_eq!(found.valid_seconds, Some(600));
        let [stun, turn] = &found.servers[..] else {
            panic!("{:?}", found.servers)
        };
        assert_eq!(stun.urls, ["stun:stun.speakle.example:3478"]);
        assert_eq!((&stun.username, &stun.credential), (&None, &None));
        assert_eq!(turn.urls.join(","), URLS);
        let IceServer {
            username: Some(username),
            credential: Some(credential),
            ..
        } = turn
        else {
            panic!("no credentials")
        };
        let end = app.state.clock.now().0 / 1_000_000 + 600;
        assert_eq!(*username, format!("{end}:{}", person.id));
        let key = PKey::hmac(SECRET.as_bytes()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
        let mac = signer.sign_oneshot_to_vec(username.as_bytes()).unwrap();
        assert_eq!(*credential, STANDARD.encode(mac));
        assert!(
            !format!("{found:?}").contains(credential.as_str()),
            "it could be logged"
        );
        passwords.push(credential.clone());
    }
    passwords.dedup();
    assert_eq!(passwords.len(), 3, "each asking has its own");
}

async fn only_the_two_of_a_room_get_credentials_and_not_without_end(engine: Engine) {
    let app = with_turn(engine).option("--rate-limit", "on").start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    assert_eq!(ice(&eve, &pair).await, Err(AppError::NotFound));
    let signed_out = app.visitor().get(&format!("/api/fresh_ice?room={}", pair.room)).await;
    assert_eq!(signed_out.error(), AppError::SignedOut);
    let mut given = 0;
    let refused = loop {
        match ice(&ana, &pair).await {
            Ok(_) => given += 1,
            Err(error) => break error,
        }
        assert!(given < 1_000, "without end");
    };
    assert!(matches!(refused, AppError::Limited { .. }), "{refused:?}");
    assert!(
        given >= 100,
        "a call that has to find new ways again and again: {given}"
    );
    ice(&ben, &pair).await.unwrap();
    ben.tell::<()>("end_partnership", &[("username", &ana.username)])
        .await
        .unwrap();
    assert_eq!(ice(&ben, &pair).await, Err(AppError::NotFound));
}

async fn the_more_careful_of_the_two_decides_and_the_first_call_is_hidden(engine: Engine) {
    use HideAddress::{Always, Never, UntilTalked};

    let app = with_turn(engine).start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let table = [
        (UntilTalked, UntilTalked, [true, false]),
        (UntilTalked, Always, [true, true]),
        (UntilTalked, Never, [true, false]),
        (Always, UntilTalked, [true, true]),
        (Always, Always, [true, true]),
        (Always, Never, [true, true]),
        (Never, UntilTalked, [true, false]),
        (Never, Always, [true, true]),
        (Never, Never, [false, false]),
    ];
    for have_talked in [false, true] {
        if have_talked {
            choose(&ana, UntilTalked).await;
            choose(&ben, UntilTalked).await;
            // One to which only one of the two came is none.
            in_vain(&app, &ana, &ben, &pair).await;
            assert!(is_relay_only(&ben, &pair).await);
            talk(&app, &ana, &ben, &pair).await;
        }
        for (hers, his, wanted) in table {
            choose(&ana, hers).await;
            choose(&ben, his).await;
            let found = [is_relay_only(&ana, &pair).await, is_relay_only(&ben, &pair).await];
            assert_eq!(
                found,
                [wanted[usize::from(have_talked)]; 2],
                "{hers:?} and {his:?}, talked: {have_talked}"
            );
        }
    }
    // With somebody else it is the first call again.
    choose(&ana, UntilTalked).await;
    let carl = app.person("carl").create().await;
    let other = app.partners(&ana, &carl).await;
    assert!(is_relay_only(&ana, &other).await);
    assert!(!is_relay_only(&ana, &pair).await);
}

/// Accepted, and over before the two were there together.
async fn in_vain(app: &TestApp, ana: &Person, ben: &Person, pair: &Partnership) {
    let _here = app.ws(ben).await;
    let call = answered_call(ana, ben, pair).await;
    let mut anas = Tab::open(app, ana, call).await;
    anas.join().await;
    let goodbye = leave(&anas);
    anas.send(goodbye).await;
    anas.hears_end().await;
}

async fn a_call_keeps_its_kind_while_it_goes_on(engine: Engine) {
    let app = with_turn(engine).start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    assert!(is_relay_only(&ana, &pair).await);
    let (mut anas, mut bens) = begin(&app, &ana, &ben, &pair).await;
    // New credentials, a reload, and the same at another process.
    app.advance(Duration::from_secs(20));
    for person in [&ana, &ben] {
        assert!(is_relay_only(person, &pair).await);
    }
    let other = app
        .another_process_that(
            |wishes| wishes.option("--turn-urls", URLS).option("--turn-secret", SECRET),
            false,
        )
        .await;
    assert!(is_relay_only(&ana.at(&other), &pair).await);
    end(&mut anas, &mut bens).await;
    assert!(!is_relay_only(&ana, &pair).await);

    let (mut anas, mut bens) = begin(&app, &ana, &ben, &pair).await;
    assert!(!is_relay_only(&ben, &pair).await);
    // Who changes their mind is heard at once: whatever way is found next is hidden.
    choose(&ben, HideAddress::Always).await;
    assert!(is_relay_only(&ana, &pair).await);
    end(&mut anas, &mut bens).await;
}

/// A host candidate of the tab as the partner's tab hears of it.
async fn heard(anas: &mut Tab, bens: &mut Tab) -> SignalPayload {
    let payload = SignalPayload::Candidate(Candidate {
        candidate: HOST.to_owned(),
        sdp_mid: Some("0".to_owned()),
        sdp_m_line_index: Some(0),
        username_fragment: None,
    });
    let signal = Signal {
        generation: 0,
        sequence: 1,
        received: 0,
        payload,
    };
    anas.send(CallCommand::Signal {
        call: anas.call,
        from: anas.seat,
        to: bens.seat,
        signal,
    })
    .await;
    bens.hears("a signal", |news| match news {
        CallNews::Signal { signal, .. } => Some(signal.payload.clone()),
        _ => None,
    })
    .await
}

const HOST: &str = "candidate:1 1 udp 2122260223 192.168.1.20 61000 typ host";

async fn whatever_a_page_says_no_address_reaches_a_partner_who_is_not_to_know(engine: Engine) {
    let passes =
        |payload: &SignalPayload| matches!(payload, SignalPayload::Candidate(passed) if passed.candidate == HOST);
    let app = with_turn(engine).start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let (mut anas, mut bens) = begin(&app, &ana, &ben, &pair).await;
    for _ in 0..2 {
        let payload = heard(&mut anas, &mut bens).await;
        assert!(!format!("{payload:?}").contains("192.168"), "{payload:?}");
    }
    end(&mut anas, &mut bens).await;
    // They have talked, and neither minds any more.
    let (mut anas, mut bens) = begin(&app, &ana, &ben, &pair).await;
    assert!(passes(&heard(&mut anas, &mut bens).await));
    // Until one does: then from the moment when a tab looks for a way again, the other's tab included.
    choose(&ana, HideAddress::Always).await;
    ice(&ben, &pair).await.unwrap();
    assert!(!passes(&heard(&mut anas, &mut bens).await));
    assert!(!passes(&heard(&mut bens, &mut anas).await));
}

async fn an_operator_can_hide_every_address(engine: Engine) {
    let app = with_turn(engine).option("--ice-relay-only", "true").start().await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    choose(&ana, HideAddress::Never).await;
    choose(&ben, HideAddress::Never).await;
    assert!(is_relay_only(&ana, &pair).await);
    talk(&app, &ana, &ben, &pair).await;
    assert!(is_relay_only(&ben, &pair).await);
}

async fn without_a_turn_server_nothing_can_be_hidden(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, _, pair) = app.ana_and_ben().await;
    choose(&ana, HideAddress::Always).await;
    assert_eq!(ice(&ana, &pair).await.unwrap(), IceConfiguration::default());
    let html = ana.get("/settings/privacy").await.body;
    assert!(
        html.contains("no relay that could hide addresses"),
        "the setting does not say so"
    );
}

async fn the_wish_is_chosen_on_the_page(engine: Engine) {
    let app = with_turn(engine).start().await;
    let ana = app.person("ana").create().await;
    let chosen = async || {
        let html = ana.get("/settings/privacy").await.body;
        assert!(!html.contains("no relay that could hide addresses"));
        let select = html.split("name=\"hide_address\"").nth(1).unwrap();
        let options = select.split("</select>").next().unwrap().split("<option").skip(1);
        let mut chosen = options.filter(|option| option.split('>').next().unwrap().contains(" selected"));
        let first = chosen.next().expect("nothing is chosen").to_owned();
        assert!(chosen.next().is_none());
        HideAddress::ALL
            .into_iter()
            .find(|choice| first.contains(&format!("value=\"{}\"", choice.name())))
            .unwrap()
    };
    assert_eq!(chosen().await, HideAddress::UntilTalked);
    for choice in [HideAddress::Never, HideAddress::Always] {
        let form = [("show_online", "on"), ("hide_address", choice.name())];
        let answer = ana.submit("/settings/privacy", "save_privacy", &form).await;
        assert!(ana.follow(&answer).await.body.contains("Saved"));
        assert_eq!(chosen().await, choice);
    }
    // What says nothing of it leaves it: the switch in the account menu, and pages of before.
    ana.tell::<bool>("set_invisible", &[("invisible", "true")])
        .await
        .unwrap();
    ana.tell::<()>("save_privacy", &[("show_online", "on")]).await.unwrap();
    assert_eq!(chosen().await, HideAddress::Always);
    let wrong = ana.tell::<()>("save_privacy", &[("hide_address", "sometimes")]).await;
    assert_eq!(wrong, Err(AppError::field("hide_address", Problem::Unknown)));
}
