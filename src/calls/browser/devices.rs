//! Asks the browser for devices (W3C Media Capture and Streams), and says why it gives none.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack,
    MediaTrackConstraints, PermissionState, PermissionStatus, Permissions,
};

use super::memory;
use crate::calls::stage::fallback::{instead_of, is_worth_demanding};
use crate::calls::stage::trial::Replaced;
use crate::calls::stage::trouble::failure;
use crate::calls::stage::{Choice, Choices, Device, Failure, Stage};

/// What the browser gave for one device.
pub(super) type Given = Result<MediaStreamTrack, Failure>;

/// Where devices come from; `None` where a page gets none.
pub(super) fn media_devices() -> Option<MediaDevices> {
    let devices = window().navigator().media_devices().ok()?;
    // Outside secure contexts the property is missing, and the binding hands the `undefined` through.
    let is_there = !AsRef::<JsValue>::as_ref(&devices).is_undefined();
    is_there.then_some(devices)
}

/// Whether the browser was asked for camera or microphone before: it remembers an answer, or we do.
pub(super) async fn were_asked() -> bool {
    if memory::were_devices_asked() {
        return true;
    }
    for device in Device::ALL {
        if matches!(
            permission(device).await,
            Some(PermissionState::Granted | PermissionState::Denied)
        ) {
            return true;
        }
    }
    false
}

/// Asks for the wanted devices: all at once, so that the person is asked once, then each alone, so that one that cannot be had does
/// not take the other along. The answers are in the order of `wanted`.
pub(super) async fn acquire(wanted: &[Device]) -> Vec<(Device, Given)> {
    let Some(devices) = media_devices() else {
        let failure = if window().is_secure_context() {
            Failure::Unsupported
        } else {
            Failure::Insecure
        };
        return wanted.iter().map(|device| (*device, Err(failure))).collect();
    };
    let together = request(&devices, wanted).await;
    memory::note_devices_asked();
    let error = match together {
        Ok(stream) => {
            return wanted
                .iter()
                .map(|device| (*device, track_of(&stream, *device)))
                .collect();
        }
        Err(error) => error,
    };
    let was_person = |device| matches!(meaning(&error, device), Failure::Refused | Failure::Dismissed);
    let mut given = Vec::new();
    for device in wanted {
        let is_worth_asking = wanted.len() > 1 && (!was_person(*device) || is_allowed_alone(*device, wanted).await);
        let answer = if is_worth_asking {
            request(&devices, &[*device])
                .await
                .map_err(|error| meaning(&error, *device))
                .and_then(|stream| track_of(&stream, *device))
        } else {
            Err(meaning(&error, *device))
        };
        given.push((*device, answer));
    }
    given
}

/// Whether asking for one device makes sense after asking for several was refused: not if the person would be asked the same again.
async fn is_allowed_alone(device: Device, wanted: &[Device]) -> bool {
    match permission(device).await {
        Some(PermissionState::Granted) => true,
        Some(PermissionState::Prompt) => {
            for other in wanted.iter().filter(|other| **other != device) {
                if permission(*other).await == Some(PermissionState::Denied) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

/// Another device in place of one that is gone: its track, and which it is. `None` if there is no other, or none may be used any more.
pub(super) async fn acquire_other(device: Device, gone: &Choice) -> Option<(MediaStreamTrack, Choice)> {
    let devices = media_devices()?;
    if permission(device).await == Some(PermissionState::Denied) {
        return None;
    }
    for instead in instead_of(&available(device).await, gone) {
        let exactly = |device| demand(&constraints(device), &instead.id);
        // One that does not start, or is just going as well, leaves the next.
        if let Ok(stream) = request_with(&devices, &[device], exactly).await
            && let Ok(track) = track_of(&stream, device)
        {
            let label = track.label();
            let choice = Choice {
                id: instead.id.clone(),
                label,
            };
            return Some((track, choice));
        }
    }
    None
}

/// The same device again, or none.
pub(super) async fn acquire_same(device: Device, id: &str) -> Given {
    let devices = media_devices().ok_or(Failure::Unsupported)?;
    let exactly = |device| demand(&constraints(device), id);
    match request_with(&devices, &[device], exactly).await {
        Ok(stream) => track_of(&stream, device),
        Err(error) => Err(meaning(&error, device)),
    }
}

/// Whether the browser would refuse a device without asking anybody.
pub(super) async fn is_denied(device: Device) -> bool {
    permission(device).await == Some(PermissionState::Denied)
}

/// The devices of a kind that there are now, in the browser's order.
pub(super) async fn available(device: Device) -> Vec<Choice> {
    let kind = match device {
        Device::Microphone => MediaDeviceKind::Audioinput,
        Device::Camera => MediaDeviceKind::Videoinput,
    };
    let Some(listed) = media_devices().and_then(|devices| devices.enumerate_devices().ok()) else {
        return Vec::new();
    };
    let Ok(found) = JsFuture::from(listed).await else {
        return Vec::new();
    };
    let found: Vec<MediaDeviceInfo> = Array::from(&found).iter().map(JsCast::unchecked_into).collect();
    found
        .into_iter()
        .filter(|info| info.kind() == kind)
        .map(|info| Choice {
            id: info.device_id(),
            label: info.label(),
        })
        .collect()
}

/// What the browser would answer now (W3C Permissions); `None` where it does not tell.
async fn permission(device: Device) -> Option<PermissionState> {
    let permissions: Permissions = window().navigator().permissions().ok()?;
    if AsRef::<JsValue>::as_ref(&permissions).is_undefined() {
        return None;
    }
    let descriptor = Object::new();
    Reflect::set(&descriptor, &"name".into(), &feature(device).into()).ok()?;
    let status = JsFuture::from(permissions.query(&descriptor).ok()?).await.ok()?;
    Some(status.unchecked_into::<PermissionStatus>().state())
}

/// The name of a device in the standards about permissions.
const fn feature(device: Device) -> &'static str {
    match device {
        Device::Microphone => "microphone",
        Device::Camera => "camera",
    }
}

/// Whether the page's own rules keep a device from it, as far as the browser tells (`document.featurePolicy`, Permissions Policy §11).
fn is_forbidden(device: Device) -> bool {
    let policy = Reflect::get(&document(), &"featurePolicy".into()).ok();
    let allows = policy
        .filter(JsValue::is_object)
        .and_then(|policy| Some((Reflect::get(&policy, &"allowsFeature".into()).ok()?, policy)));
    allows.is_some_and(|(allows, policy)| {
        let allows = allows.dyn_into::<Function>().ok();
        let is_allowed = allows.and_then(|allows| allows.call1(&policy, &feature(device).into()).ok());
        is_allowed.and_then(|is_allowed| is_allowed.as_bool()) == Some(false)
    })
}

/// What an exception means for a device that was asked for.
fn meaning(error: &JsValue, device: Device) -> Failure {
    failure(&name_of(error), &text_of(error, "message"), is_forbidden(device))
}

async fn request(devices: &MediaDevices, wanted: &[Device]) -> Result<MediaStream, JsValue> {
    let mut exactly = Vec::new();
    for device in wanted {
        if let Some(chosen) = memory::chosen(*device)
            && is_worth_demanding(&available(*device).await, &chosen)
        {
            exactly.push(*device);
        }
    }
    let wish = |device| {
        let constraints = constraints(device);
        match memory::chosen(device).filter(|_| exactly.contains(&device)) {
            // A mere wish can lose against what the system's own choice does better.
            Some(chosen) => demand(&constraints, &chosen),
            None => constraints,
        }
    };
    match request_with(devices, wanted, wish).await {
        // Gone after all, or our other wishes are too much to ask: whatever there is.
        Err(error) if name_of(&error) == "OverconstrainedError" => {
            request_with(devices, wanted, |_| JsValue::TRUE).await
        }
        // There and does not start. Of several, each is asked for alone: one that fails does not take another's choice along.
        Err(error)
            if wanted.len() == 1
                && !exactly.is_empty()
                && matches!(name_of(&error).as_str(), "NotReadableError" | "AbortError") =>
        {
            request_with(devices, wanted, |_| JsValue::TRUE).await
        }
        answer => answer,
    }
}

async fn request_with(
    devices: &MediaDevices,
    wanted: &[Device],
    constraints: impl Fn(Device) -> JsValue,
) -> Result<MediaStream, JsValue> {
    let all = MediaStreamConstraints::new();
    for device in wanted {
        match device {
            Device::Microphone => all.set_audio(&constraints(*device)),
            Device::Camera => all.set_video(&constraints(*device)),
        }
    }
    let stream = JsFuture::from(devices.get_user_media_with_constraints(&all)?).await?;
    Ok(stream.unchecked_into())
}

/// This device and no other.
fn demand(constraints: &JsValue, id: &str) -> JsValue {
    let wanted = Object::new();
    let _ = Reflect::set(&wanted, &"exact".into(), &JsValue::from_str(id));
    let _ = Reflect::set(constraints, &"deviceId".into(), &wanted);
    constraints.clone()
}

/// Wishes, not demands: a device that cannot is better than none.
fn constraints(device: Device) -> JsValue {
    let track = MediaTrackConstraints::new();
    if let Some(id) = memory::chosen(device) {
        track.set_device_id_str(&id);
    }
    match device {
        Device::Microphone => {
            track.set_echo_cancellation_bool(true);
            track.set_noise_suppression_bool(true);
            track.set_auto_gain_control_bool(true);
        }
        Device::Camera => {
            track.set_width_i32(1280);
            track.set_height_i32(720);
            // Beside a camera that was chosen it would be a wish of the same weight, and could outvote it.
            if memory::chosen(device).is_none() {
                track.set_facing_mode_str("user");
            }
        }
    }
    track.into()
}

fn track_of(stream: &MediaStream, device: Device) -> Given {
    let tracks = match device {
        Device::Microphone => stream.get_audio_tracks(),
        Device::Camera => stream.get_video_tracks(),
    };
    tracks.get(0).dyn_into().map_err(|_| Failure::Other)
}

/// The device that a track comes from, as lists of devices name it (`MediaTrackSettings.deviceId`).
pub(super) fn device_of(track: &MediaStreamTrack) -> Option<String> {
    let id = Reflect::get(&track.get_settings(), &"deviceId".into()).ok()?;
    id.as_string().filter(|id| !id.is_empty())
}

/// Says so when the browser gave another device than the one that was chosen, because that one is gone or does not start.
pub(super) fn note_replaced(stage: Stage, device: Device, track: &MediaStreamTrack) {
    let is_chosen = memory::chosen(device).is_none_or(|chosen| Some(chosen) == device_of(track));
    let by = track.label();
    let gone = memory::chosen_name(device).filter(|gone| !is_chosen && *gone != by);
    stage.trial.replaced.try_update(|replaced| {
        replaced.retain(|other| other.device != device);
        replaced.extend(gone.map(|gone| Replaced { device, gone, by }));
    });
}

/// Another loudspeaker was chosen, for this visit and later ones.
pub(super) fn choose_speaker(stage: Stage, id: &str) {
    memory::note_chosen_speaker(id);
    stage
        .speakers
        .try_update(|speakers| speakers.chosen = Some(id.to_owned()));
}

/// Remembers what a device that was just chosen calls itself.
pub(super) fn note_name(stage: Stage, device: Device, id: &str) {
    let choices = stage.choices(device).try_get_untracked().unwrap_or_default();
    let chosen = choices.available.into_iter().flatten().find(|choice| choice.id == id);
    memory::note_chosen_name(device, &chosen.map(|choice| choice.label).unwrap_or_default());
}

/// The name of an exception; `OverconstrainedError` is no `DOMException` everywhere.
pub(super) fn name_of(error: &JsValue) -> String {
    text_of(error, "name")
}

fn text_of(error: &JsValue, what: &str) -> String {
    Reflect::get(error, &what.into())
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Puts on the stage what there is to choose from.
pub(super) async fn show_choices(stage: Stage) {
    let Some(devices) = media_devices() else { return };
    let Ok(promise) = devices.enumerate_devices() else {
        return;
    };
    let Ok(found) = JsFuture::from(promise).await else {
        return;
    };
    let found: Vec<MediaDeviceInfo> = Array::from(&found).iter().map(JsCast::unchecked_into).collect();
    let of_kind = |kind: MediaDeviceKind| -> Vec<Choice> {
        let known = found.iter().filter(|info| info.kind() == kind);
        known
            .map(|info| Choice {
                id: info.device_id(),
                label: info.label(),
            })
            .collect()
    };
    for (device, kind) in [
        (Device::Microphone, MediaDeviceKind::Audioinput),
        (Device::Camera, MediaDeviceKind::Videoinput),
    ] {
        stage.choices(device).try_update(|choices| {
            choices.available = Some(of_kind(kind));
            // What is in use is known better than what was wished for.
            if choices.chosen.is_none() {
                choices.chosen = memory::chosen(device);
            }
        });
    }
    let speakers = can_choose_speaker().then(|| of_kind(MediaDeviceKind::Audiooutput));
    stage.speakers.try_set(Choices {
        available: speakers,
        chosen: memory::chosen_speaker(),
    });
}

/// Whether the browser lets a page choose where sound comes out (`setSinkId`, W3C Audio Output Devices).
fn can_choose_speaker() -> bool {
    document()
        .create_element("video")
        .is_ok_and(|video| Reflect::has(&video, &"setSinkId".into()).unwrap_or(false))
}

/// Keeps the choices up to date while devices come and go, and tells `also`, until the current owner is cleaned up.
pub(super) fn on_change(stage: Stage, also: impl Fn() + 'static) {
    let Some(devices) = media_devices() else { return };
    let follow = Closure::<dyn FnMut()>::new(move || {
        also();
        spawn_local(show_choices(stage));
    });
    devices.set_ondevicechange(Some(follow.as_ref().unchecked_ref()));
    let listening = SendWrapper::new((devices, follow));
    on_cleanup(move || listening.0.set_ondevicechange(None));
}
