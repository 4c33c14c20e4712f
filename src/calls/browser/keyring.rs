//! What this browser keeps of keys, in its own database (Indexed Database API 3.0): the key with which it signs for each account, and the keys of
//! partners' devices that it has met. A private key is kept as the browser's own object, which shows its bytes to nobody.

use js_sys::{Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

use crate::calls::model::CallId;
use crate::calls::verification::devices::Devices;
use crate::kernel::id::UserId;

const DATABASE: &str = "speakle-keys";
const VERSION: u32 = 1;
/// By account: the private key and the public one.
const OWN: &str = "own";
/// By account and partner: their devices, as `verification::devices` writes them.
const MET: &str = "met";

/// The own key of an account: the public half as it travels, and the private one.
pub(super) async fn own(account: UserId) -> Option<(String, CryptoKey)> {
    let kept = get(OWN, &account.to_string()).await?;
    let public = Reflect::get(&kept, &"public".into()).ok()?.as_string()?;
    let private = Reflect::get(&kept, &"private".into()).ok()?.dyn_into().ok()?;
    Some((public, private))
}

/// Keeps the own key of an account, unless another tab was first; `None` where nothing can be kept.
pub(super) async fn keep_own(account: UserId, public: &str, private: &CryptoKey) -> Option<()> {
    let kept = Object::new();
    Reflect::set(&kept, &"public".into(), &public.into()).ok()?;
    Reflect::set(&kept, &"private".into(), private).ok()?;
    let key = account.to_string();
    with(OWN, IdbTransactionMode::Readwrite, |store| {
        store.add_with_key(&kept, &key.into())
    })
    .await
    .map(drop)
}

/// The partner's devices that this browser has met, in the service of this account.
pub(super) async fn met(account: UserId, partner: UserId) -> Devices {
    let kept = get(MET, &both(account, partner)).await;
    let lines = kept.and_then(|kept| kept.as_string()).unwrap_or_default();
    Devices::parse(&lines)
}

/// Knows this device from now on, which signs in `call`.
pub(super) async fn meet(account: UserId, partner: UserId, key: &str, call: CallId) {
    change(account, partner, |devices| devices.meet(key, call)).await;
}

/// Forgets the devices that it met first in `call`.
pub(super) async fn forget(account: UserId, partner: UserId, call: CallId) {
    change(account, partner, |devices| devices.forget(call)).await;
}

/// Reads and writes in one transaction: another tab that meets somebody at this moment waits for it.
async fn change(account: UserId, partner: UserId, change: impl FnOnce(&mut Devices)) {
    // A browser that keeps nothing meets everybody for the first time.
    let Some(database) = open().await else { return };
    let store = database
        .transaction_with_str_and_mode(MET, IdbTransactionMode::Readwrite)
        .and_then(|transaction| transaction.object_store(MET));
    if let Ok(store) = store {
        rewrite(&store, &both(account, partner).into(), change).await;
    }
    database.close();
}

/// Nothing else is waited for between the two requests, or the transaction would end.
async fn rewrite(store: &IdbObjectStore, id: &JsValue, change: impl FnOnce(&mut Devices)) -> Option<()> {
    let kept = answer(&store.get(id).ok()?).await?;
    let before = Devices::parse(&kept.as_string().unwrap_or_default());
    let mut devices = before.clone();
    change(&mut devices);
    if devices != before {
        answer(&store.put_with_key(&devices.text().into(), id).ok()?).await?;
    }
    Some(())
}

fn both(account: UserId, partner: UserId) -> String {
    format!("{account} {partner}")
}

async fn get(store: &str, key: &str) -> Option<JsValue> {
    let found = with(store, IdbTransactionMode::Readonly, |store| store.get(&key.into())).await?;
    (!found.is_undefined()).then_some(found)
}

/// One request in a transaction of its own; `None` when it fails, or there is no database.
async fn with(
    store: &str,
    mode: IdbTransactionMode,
    act: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Option<JsValue> {
    let database = open().await?;
    let request = database
        .transaction_with_str_and_mode(store, mode)
        .and_then(|transaction| transaction.object_store(store))
        .and_then(|store| act(&store));
    let answer = match request {
        Ok(request) => answer(&request).await,
        Err(_) => None,
    };
    database.close();
    answer
}

async fn open() -> Option<IdbDatabase> {
    let factory = window().indexed_db().ok().flatten()?;
    let request = factory.open_with_u32(DATABASE, VERSION).ok()?;
    let on_upgrade = {
        let request = request.clone();
        Closure::<dyn FnMut()>::new(move || {
            let database = request
                .result()
                .ok()
                .and_then(|found| found.dyn_into::<IdbDatabase>().ok());
            for store in [OWN, MET] {
                // Refused only where it is there already.
                let _ = database.as_ref().map(|database| database.create_object_store(store));
            }
        })
    };
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let database = answer(&request).await;
    request.set_onupgradeneeded(None);
    database?.dyn_into().ok()
}

async fn answer(request: &IdbRequest) -> Option<JsValue> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(done).await.ok()?;
    request.result().ok()
}
