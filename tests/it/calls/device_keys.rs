//! The keys with which people's browsers sign: whose they are, who learns of them, how many there are.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::nid::Nid;
use speakle::kernel::error::{AppError, Problem};
use speakle::matching::model::RoomId;
use speakle::matching::service::Partnership;

use crate::harness::{Engine, Person, TestApp};

both_engines!(
    a_partner_learns_the_keys_and_nobody_else,
    what_is_no_key_is_refused,
    the_twenty_that_were_used_last_are_kept,
    keys_go_with_their_person,
);

/// A key as a browser writes it.
fn new_key() -> String {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = EcKey::generate(&group).unwrap();
    let mut context = BigNumContext::new().unwrap();
    let point = key
        .public_key()
        .to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context)
        .unwrap();
    URL_SAFE_NO_PAD.encode(point)
}

async fn register(person: &Person, key: &str) -> Result<(), AppError> {
    person.tell("register_device_key", &[("key", key)]).await
}

async fn partners_keys(person: &Person, pair: &Partnership) -> Result<Vec<String>, AppError> {
    person.ask("device_keys", &[("room", &pair.room.to_string())]).await
}

async fn a_partner_learns_the_keys_and_nobody_else(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let eve = app.person("eve").create().await;
    app.partners(&ana, &eve).await;
    assert_eq!(partners_keys(&ben, &pair).await, Ok(vec![]));
    let (laptop, phone) = (new_key(), new_key());
    register(&ana, &laptop).await.unwrap();
    app.advance(Duration::from_secs(60));
    register(&ana, &phone).await.unwrap();
    assert_eq!(
        partners_keys(&ben, &pair).await,
        Ok(vec![phone.clone(), laptop.clone()])
    );
    assert_eq!(partners_keys(&ana, &pair).await, Ok(vec![]), "her own are not his");
    assert_eq!(partners_keys(&eve, &pair).await, Err(AppError::NotFound));
    let nowhere = [("room", RoomId::random().to_string())];
    let nowhere = [(nowhere[0].0, nowhere[0].1.as_str())];
    assert_eq!(
        ben.ask::<Vec<String>>("device_keys", &nowhere).await,
        Err(AppError::NotFound)
    );
    assert_eq!(
        app.visitor()
            .call("register_device_key", &[("key", &laptop)])
            .await
            .status,
        401
    );

    // A key that is used again is one key, and the last.
    app.advance(Duration::from_secs(60));
    register(&ana, &laptop).await.unwrap();
    assert_eq!(partners_keys(&ben, &pair).await, Ok(vec![laptop.clone(), phone]));
    // Two people on one browser have keys of their own; that somebody names another's harms nobody.
    register(&ben, &laptop).await.unwrap();
    assert_eq!(partners_keys(&ana, &pair).await, Ok(vec![laptop]));

    ben.tell::<()>("end_partnership", &[("username", "ana")]).await.unwrap();
    assert_eq!(partners_keys(&ben, &pair).await, Err(AppError::NotFound));
}

async fn what_is_no_key_is_refused(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let key = new_key();
    let mut bytes = URL_SAFE_NO_PAD.decode(&key).unwrap();
    bytes[64] ^= 1;
    let beside_the_curve = URL_SAFE_NO_PAD.encode(&bytes);
    for wrong in ["", "key", &key[1..], &format!("{key}="), &beside_the_curve] {
        assert_eq!(
            register(&ana, wrong).await,
            Err(AppError::field("key", Problem::Unknown)),
            "{wrong}"
        );
    }
    assert_eq!(partners_keys(&ben, &pair).await, Ok(vec![]));
}

async fn the_twenty_that_were_used_last_are_kept(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    let mut keys = Vec::new();
    for _ in 0..20 {
        keys.insert(0, new_key());
        register(&ana, &keys[0]).await.unwrap();
        app.advance(Duration::from_secs(60));
    }
    assert_eq!(partners_keys(&ben, &pair).await, Ok(keys.clone()));
    // The first of them is used again: the second gives way.
    let first = keys.pop().unwrap();
    register(&ana, &first).await.unwrap();
    app.advance(Duration::from_secs(60));
    let another = new_key();
    register(&ana, &another).await.unwrap();
    keys.pop();
    keys.splice(..0, [another, first]);
    assert_eq!(keys.len(), 20);
    assert_eq!(partners_keys(&ben, &pair).await, Ok(keys));
    assert_eq!(app.number("SELECT COUNT(*) FROM device_key").await, 20);
}

async fn keys_go_with_their_person(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let (ana, ben, pair) = app.ana_and_ben().await;
    for person in [&ana, &ben] {
        register(person, &new_key()).await.unwrap();
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM device_key").await, 2);
    app.execute("DELETE FROM users WHERE username = 'ana'").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM device_key").await, 1);
    assert_eq!(partners_keys(&ben, &pair).await, Err(AppError::NotFound));
}
