//! Asks the device, by `navigator.credentials` (WebAuthn Level 3, §5.1).
//!
//! What goes in and out is converted here and not by `parseCreationOptionsFromJSON` and `toJSON`: older browsers have none of them, and what
//! programs that keep passwords put in the place of the browser's own objects often has no `toJSON` that works.

use js_sys::{Array, Function, JSON, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, CredentialCreationOptions, CredentialRequestOptions, CredentialsContainer};

use super::model::Failure;

/// How passkeys are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// By the browser's own dialog.
    Dialog,
    /// Among what a field can be filled in with.
    Autofill,
}

/// What a page asks the device: one thing at a time. Copied freely; given up with its owner.
#[derive(Clone, Copy, Debug)]
pub struct Asking(StoredValue<Option<AbortController>, LocalStorage>);

impl Asking {
    /// Nothing is asked yet.
    pub fn new() -> Self {
        let asking = Self(StoredValue::new_local(None));
        on_cleanup(move || asking.give_up());
        asking
    }

    /// Gives up what is asked.
    pub fn give_up(self) {
        if let Some(Some(asked)) = self.0.try_update_value(Option::take) {
            asked.abort();
        }
    }

    /// The next question: the one before is given up. `None` where the page has gone.
    pub fn next(self) -> Option<Question> {
        self.give_up();
        let controller = AbortController::new().ok()?;
        let question = Question(controller.clone());
        self.0.try_set_value(Some(controller)).is_none().then_some(question)
    }
}

/// One question.
#[derive(Debug)]
pub struct Question(AbortController);

impl Question {
    /// Has the device make a passkey and keep it. Answers `RegistrationResponseJSON`, as text.
    ///
    /// # Errors
    /// Why it has not.
    pub async fn make(self, options: &str) -> Result<String, Failure> {
        let credentials = credentials().ok_or(Failure::Unable)?;
        let public_key = read(options)?;
        to_bytes(&public_key, "challenge")?;
        to_bytes(&get(&public_key, "user")?, "id")?;
        ids_to_bytes(&public_key, "excludeCredentials")?;
        let options = self.around(&public_key)?;
        let promise = credentials.create_with_options(&options.unchecked_into::<CredentialCreationOptions>());
        let made = self.answer(promise).await?;
        let response = get(&made, "response")?;
        let written = Object::new();
        for name in ["attestationObject", "clientDataJSON"] {
            set(&written, name, &to_text(&get(&response, name)?)?)?;
        }
        write(&made, &written)
    }

    /// Has the device show a passkey. Answers `AuthenticationResponseJSON`, as text.
    ///
    /// # Errors
    /// Why it has not.
    pub async fn show(self, options: &str, offer: Offer) -> Result<String, Failure> {
        let credentials = credentials().ok_or(Failure::Unable)?;
        let public_key = read(options)?;
        to_bytes(&public_key, "challenge")?;
        ids_to_bytes(&public_key, "allowCredentials")?;
        let options = self.around(&public_key)?;
        if offer == Offer::Autofill {
            set(&options, "mediation", &"conditional".into())?;
        }
        let promise = credentials.get_with_options(&options.unchecked_into::<CredentialRequestOptions>());
        let shown = self.answer(promise).await?;
        let response = get(&shown, "response")?;
        let written = Object::new();
        for name in ["authenticatorData", "clientDataJSON", "signature"] {
            set(&written, name, &to_text(&get(&response, name)?)?)?;
        }
        let handle = get(&response, "userHandle")?;
        let handle = if handle.is_object() {
            to_text(&handle)?
        } else {
            JsValue::NULL
        };
        set(&written, "userHandle", &handle)?;
        write(&shown, &written)
    }

    /// What `navigator.credentials` takes.
    fn around(&self, public_key: &JsValue) -> Result<Object, Failure> {
        let options = Object::new();
        set(&options, "publicKey", public_key)?;
        set(&options, "signal", &self.0.signal())?;
        Ok(options)
    }

    async fn answer(&self, promise: Result<Promise, JsValue>) -> Result<JsValue, Failure> {
        let promise = promise.map_err(|error| failure(&error))?;
        let answer = JsFuture::from(promise).await.map_err(|error| failure(&error))?;
        if self.0.signal().aborted() {
            return Err(Failure::Aborted);
        }
        if answer.is_object() {
            Ok(answer)
        } else {
            Err(Failure::Failed)
        }
    }
}

/// Whether a field can be filled in with a passkey.
pub async fn can_autofill() -> bool {
    let asked = async {
        credentials()?;
        let class = Reflect::get(&window(), &"PublicKeyCredential".into()).ok()?;
        let ask = Reflect::get(&class, &"isConditionalMediationAvailable".into()).ok()?;
        let promise = ask.dyn_ref::<Function>()?.call0(&class).ok()?;
        JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()
    };
    asked.await.is_some_and(|answer| answer.is_truthy())
}

/// `None` in a browser that knows nothing of passkeys, or keeps them from this page.
fn credentials() -> Option<CredentialsContainer> {
    let window = window();
    let class = Reflect::get(&window, &"PublicKeyCredential".into()).ok()?;
    let credentials = Reflect::get(&window.navigator(), &"credentials".into()).ok()?;
    (class.is_function() && credentials.is_object()).then(|| credentials.unchecked_into())
}

/// What the name of an exception says (WebAuthn Level 3, §5.1.3 and §5.1.4).
fn failure(error: &JsValue) -> Failure {
    let name = Reflect::get(error, &"name".into())
        .ok()
        .and_then(|name| name.as_string());
    match name.as_deref() {
        Some("AbortError") => Failure::Aborted,
        Some("NotAllowedError" | "TimeoutError") => Failure::Cancelled,
        Some("InvalidStateError") => Failure::Known,
        Some("NotSupportedError" | "ConstraintError") => Failure::Unable,
        Some("SecurityError") => Failure::NotHere,
        _ => Failure::Failed,
    }
}

fn read(options: &str) -> Result<JsValue, Failure> {
    JSON::parse(options).map_err(|_| Failure::Failed)
}

/// What both answers have in common around what differs.
fn write(credential: &JsValue, response: &Object) -> Result<String, Failure> {
    let written = Object::new();
    let id = to_text(&get(credential, "rawId")?)?;
    set(&written, "id", &id)?;
    set(&written, "rawId", &id)?;
    set(&written, "type", &"public-key".into())?;
    set(&written, "response", response)?;
    let ask = Reflect::get(credential, &"getClientExtensionResults".into()).unwrap_or_default();
    let extensions = ask.dyn_ref::<Function>().and_then(|ask| ask.call0(credential).ok());
    let properties = extensions.and_then(|extensions| Reflect::get(&extensions, &"credProps".into()).ok());
    let said = Object::new();
    if let Some(properties) = properties.filter(JsValue::is_object) {
        set(&said, "credProps", &properties)?;
    }
    set(&written, "clientExtensionResults", &said)?;
    JSON::stringify(&written).map(String::from).map_err(|_| Failure::Failed)
}

fn get(of: &JsValue, name: &str) -> Result<JsValue, Failure> {
    Reflect::get(of, &name.into()).map_err(|_| Failure::Failed)
}

fn set(of: &JsValue, name: &str, value: &JsValue) -> Result<(), Failure> {
    Reflect::set(of, &name.into(), value)
        .map(drop)
        .map_err(|_| Failure::Failed)
}

/// Turns the text under `name` into the bytes that it stands for (base64url, RFC 4648 §5).
fn to_bytes(of: &JsValue, name: &str) -> Result<(), Failure> {
    let text = get(of, name)?.as_string().ok_or(Failure::Failed)?;
    let binary = window().atob(&text.replace('-', "+").replace('_', "/"));
    let binary = binary.map_err(|_| Failure::Failed)?;
    // One character stands for one byte.
    let bytes: Vec<u8> = binary.chars().map(|byte| u32::from(byte) as u8).collect();
    set(of, name, &Uint8Array::from(bytes.as_slice()))
}

/// The same with the `id` of each of a list, where there is one.
fn ids_to_bytes(of: &JsValue, name: &str) -> Result<(), Failure> {
    let Ok(list) = get(of, name)?.dyn_into::<Array>() else {
        return Ok(());
    };
    list.iter().try_for_each(|one| to_bytes(&one, "id"))
}

/// An `ArrayBuffer` as text.
fn to_text(buffer: &JsValue) -> Result<JsValue, Failure> {
    let bytes = Uint8Array::new(buffer).to_vec();
    let binary: String = bytes.into_iter().map(char::from).collect();
    let text = window().btoa(&binary).map_err(|_| Failure::Failed)?;
    let text = text.replace('+', "-").replace('/', "_");
    Ok(text.trim_end_matches('=').into())
}
