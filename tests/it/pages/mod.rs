//! Pages as HTML: what is on them before any JavaScript runs, for whom, and that text stays text.

mod addresses;
mod content;
mod notifications;
mod secrets;
mod walk;
mod words;

use speakle::appointments::model::AppointmentView;
use speakle::calls::model::{CallId, DeviceClass, RoomView, SeatId};
use speakle::calls::wire::CallCommand;
use speakle::invitations::model::Started;
use speakle::matching::service::Partnership;
use speakle::protocol::{ClientMessage, ServerMessage};

use crate::harness::{Engine, Person, Socket, TestApp};

/// A page and its level-1 heading.
struct Page {
    path: String,
    heading: String,
}

fn page(path: impl Into<String>, heading: impl Into<String>) -> Page {
    Page {
        path: path.into(),
        heading: heading.into(),
    }
}

/// Two partners, a past call and one that goes on, requests in both directions: something to show on every page.
struct World {
    app: TestApp,
    ana: Person,
    ben: Person,
    pair: Partnership,
    /// The call that has ended.
    past: CallId,
    /// That the two talk tomorrow.
    appointment: AppointmentView,
    /// Of ben's.
    tab: Socket,
    _anas: Socket,
}

const MESSAGE: &str = "A message that goes along";

async fn world(engine: Engine, words: &str) -> World {
    let app = TestApp::start(engine).await;
    let describe = |name: &str| {
        let person = app
            .person(name)
            .called(&format!("{words}{name}"))
            .about(&format!("{words} about {name}"));
        person.likes("cooking").likes("films")
    };
    let ana = describe("ana").speaks("es").learns("en", "B1").create().await;
    let ben = describe("ben").speaks("en").learns("es", "A2").create().await;
    let carl = describe("carl").speaks("en").learns("es", "A2").create().await;
    let dora = describe("dora").speaks("en").learns("es", "A2").create().await;
    describe("emma").speaks("en").learns("es", "C1").create().await;
    let pair = app.partners(&ana, &ben).await;
    let message = format!("{words}{MESSAGE}");
    for (from, to) in [(&ana, "carl"), (&dora, "ana"), (&carl, "ben")] {
        from.tell::<()>("send_request", &[("to", to), ("message", &message)])
            .await
            .unwrap();
    }
    let (mut anas, mut bens) = (app.ws(&ana).await, app.ws(&ben).await);
    let past = call(&ana, &ben, &pair, &message).await;
    let seat = SeatId::random();
    for command in [
        CallCommand::Join {
            call: past,
            seat,
            media: Default::default(),
            device: DeviceClass::Computer,
        },
        CallCommand::Leave { call: past, seat },
    ] {
        anas.send(&ClientMessage::Calls(command)).await;
    }
    anas.settled().await;
    call(&ana, &ben, &pair, &message).await;
    bens.settled().await;
    let appointment = ana.meets(&app, &ben).await;
    ana.tell::<()>("follow", &[("username", "emma")]).await.unwrap();
    World {
        app,
        ana,
        ben,
        pair,
        past,
        appointment,
        tab: bens,
        _anas: anas,
    }
}

async fn call(from: &Person, to: &Person, pair: &Partnership, message: &str) -> CallId {
    let started: Started = from
        .tell("start_call", &[("to", &to.username), ("message", message)])
        .await
        .unwrap();
    let Started::Ringing(outgoing) = started else {
        panic!("{started:?}")
    };
    let room: speakle::matching::model::RoomId = to
        .tell("accept_call", &[("invitation", &outgoing.id.to_string())])
        .await
        .unwrap();
    assert_eq!(room, pair.room);
    let view: RoomView = from.ask("room", &[("room", &room.to_string())]).await.unwrap();
    view.call.unwrap()
}

impl World {
    /// What everybody sees.
    fn public(&self) -> Vec<Page> {
        vec![
            page("/register", "Create your account"),
            page("/register/google", "Create your account"),
            page("/login", "Log in"),
            page("/link-google", "Link your Google account"),
            page("/login/code", "Enter your code"),
            page("/forgot-password", "Reset your password"),
            page("/reset-password?token=x", "Reset your password"),
            page("/verify-email?token=x", "Confirm your email address"),
            page("/change-email?token=x", "Confirm your new email"),
            page("/people/ben", &self.ben.card.display_name),
        ]
    }

    fn appointment_page(&self, what: &str) -> String {
        let AppointmentView { id, day, .. } = &self.appointment;
        format!("/appointments/{id}/{what}?day={day}")
    }

    /// What only ana sees, or people like her.
    fn private(&self) -> Vec<Page> {
        let ben = &self.ben.card.display_name;
        vec![
            page("/settings/profile", "Edit profile"),
            page("/settings/account", "Account"),
            page("/settings/account/email", "Change your email"),
            page("/settings/account/second-factor", "Two-step sign-in"),
            page("/settings/account/delete", "Delete your account"),
            page("/settings/status", "Your status"),
            page("/settings/privacy", "Privacy"),
            page("/settings/notifications", "Notification settings"),
            page("/settings/appearance", "Appearance"),
            page("/settings/devices", "Camera and sound"),
            page("/notifications", "Notifications"),
            page("/partners/find", "Find partners"),
            page(
                "/partners/find/request?to=emma",
                format!("Request to {}", ben.replace("ben", "emma")),
            ),
            page("/people/emma/block", ""),
            page("/people/emma/report", ""),
            page("/appointments", "Appointments"),
            page("/appointments/propose?to=ben", ""),
            page(self.appointment_page("move"), ""),
            page(self.appointment_page("cancel"), ""),
            page("/requests", "Requests"),
            page("/partners", "My partners"),
            page("/partners/ben", ben),
            page("/partners/ben/call", format!("Call {ben}")),
            page("/partners/ben/end", ""),
            page(format!("/call/{}", self.pair.room), format!("Call with {ben}")),
            page("/calls", "Call history"),
            page(format!("/calls/{}", self.past), "Call summary"),
        ]
    }
}

/// The texts of the elements `tag`, without tags inside and with entities resolved.
fn texts(html: &str, tag: &str) -> Vec<String> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let inside = |rest: &str| plain(rest.split_once('>').unwrap().1.split(&close).next().unwrap());
    html.split(&open)
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .map(inside)
        .collect()
}

fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = rest[open..].split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (entity, character)| text.replace(entity, character))
}

/// The values of the attribute `name`.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let begin = format!(" {name}=\"");
    html.split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// The opening tag of the element whose `id` is `id`.
fn tag_with_id<'h>(html: &'h str, id: &str) -> &'h str {
    let mark = format!(r#" id="{id}""#);
    html.split('<')
        .filter_map(|tag| tag.split('>').next())
        .find(|tag| tag.contains(&mark))
        .unwrap_or_else(|| panic!("nothing has the id {id}"))
}

/// What a socket has heard, as it came.
fn heard(socket: &Socket) -> String {
    socket
        .heard()
        .map(|message: &ServerMessage| serde_json::to_string(message).unwrap())
        .collect()
}
