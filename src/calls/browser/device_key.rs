//! Signs with the key of this device, checks signatures of others, and hashes (Web Cryptography API). A page that is no secure context can do none of it.

use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};

use super::keyring;
use crate::calls::verification::hex::Bytes32;
use crate::kernel::id::UserId;

/// The key with which this browser signs for one account.
pub(super) struct DeviceKey {
    /// An uncompressed point on P-256, in base64url.
    pub(super) public: String,
    private: CryptoKey,
}

impl DeviceKey {
    /// The key that is kept, else a new one. Where nothing can be kept it lives as long as the page.
    pub(super) async fn of(account: UserId) -> Option<Self> {
        if let Some((public, private)) = keyring::own(account).await {
            return Some(Self { public, private });
        }
        let made = Self::make().await?;
        if keyring::keep_own(account, &made.public, &made.private).await.is_some() {
            return Some(made);
        }
        // Another tab was first.
        match keyring::own(account).await {
            Some((public, private)) => Some(Self { public, private }),
            None => Some(made),
        }
    }

    async fn make() -> Option<Self> {
        let subtle = subtle()?;
        let usages = Array::of2(&"sign".into(), &"verify".into());
        // Not extractable: what runs in this page can sign with it, and cannot take it away.
        let pair = subtle.generate_key_with_object(&curve()?, false, &usages).ok()?;
        let pair: CryptoKeyPair = JsFuture::from(pair).await.ok()?.unchecked_into();
        let raw = subtle.export_key("raw", &pair.get_public_key()).ok()?;
        let raw = JsFuture::from(raw).await.ok()?;
        Some(Self {
            public: to_base64url(&Uint8Array::new(&raw).to_vec())?,
            private: pair.get_private_key(),
        })
    }

    /// The signature under a text, in base64url.
    pub(super) async fn sign(&self, text: &str) -> Option<String> {
        let signed = subtle()?
            .sign_with_object_and_u8_array(&signing()?, &self.private, text.as_bytes())
            .ok()?;
        let signed = JsFuture::from(signed).await.ok()?;
        to_base64url(&Uint8Array::new(&signed).to_vec())
    }
}

/// Whether this is a signature under a text by this key; both in base64url. `None` where nothing can be checked.
pub(super) async fn fits(key: &str, signature: &str, text: &str) -> Option<bool> {
    let subtle = subtle()?;
    let (Some(key), Some(signature)) = (from_base64url(key), from_base64url(signature)) else {
        return Some(false);
    };
    let usages = Array::of1(&"verify".into());
    let Ok(import) = subtle.import_key_with_object("raw", &Uint8Array::from(&*key), &curve()?, true, &usages) else {
        return Some(false);
    };
    // What is no point on the curve is refused here.
    let Ok(key) = JsFuture::from(import).await else {
        return Some(false);
    };
    let checked = subtle
        .verify_with_object_and_u8_array_and_u8_array(&signing()?, key.unchecked_ref(), &signature, text.as_bytes())
        .ok()?;
    Some(JsFuture::from(checked).await.is_ok_and(|fits| fits.is_truthy()))
}

/// The SHA-256 of bytes.
pub(super) async fn digest(bytes: &[u8]) -> Option<Bytes32> {
    let digest = subtle()?.digest_with_str_and_u8_array("SHA-256", bytes).ok()?;
    let digest = JsFuture::from(digest).await.ok()?;
    let digest = Uint8Array::new(&digest).to_vec();
    Some(Bytes32(digest.try_into().ok()?))
}

/// A number that nobody can foresee.
pub(super) fn random() -> Option<Bytes32> {
    let mut bytes = [0; 32];
    window()
        .crypto()
        .ok()?
        .get_random_values_with_u8_array(&mut bytes)
        .ok()?;
    Some(Bytes32(bytes))
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = window().crypto().ok()?;
    // The property is missing where the page is no secure context.
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
    subtle.dyn_into().ok()
}

/// `EcKeyGenParams`, `EcKeyImportParams`.
fn curve() -> Option<Object> {
    object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])
}

/// `EcdsaParams`.
fn signing() -> Option<Object> {
    object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])
}

fn object(properties: &[(&str, JsValue)]) -> Option<Object> {
    let object = Object::new();
    for (name, value) in properties {
        Reflect::set(&object, &(*name).into(), value).ok()?;
    }
    Some(object)
}

/// Base64url without padding (RFC 4648 §5), by the browser's own base64.
fn to_base64url(bytes: &[u8]) -> Option<String> {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    let text = window().btoa(&characters).ok()?;
    Some(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let characters = window().atob(&text.replace('-', "+").replace('_', "/")).ok()?;
    characters
        .chars()
        .map(|one| u8::try_from(u32::from(one)).ok())
        .collect()
}
