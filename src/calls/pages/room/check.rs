//! Whether calls get through from here, and how well.

use leptos::prelude::*;

use super::kit::Kit;
use crate::calls::stage::check::{Findings, Grade, Measured, Obstacle, Remark, Transport};
use crate::calls::stage::trial::{Check, Stretch};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Button, ButtonKind, Icon, Notice, Spinner, Tone};

/// "Check my connection".
#[component]
pub(super) fn ConnectionCheck(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    let check = room.stage.trial.check;
    let is_running = Memo::new(move |_| check.with(|check| matches!(check, Check::Running(_))));
    // One button, so that the focus stays on it.
    let name = move || {
        if is_running.get() {
            td_string!(locale, calls.check.stop)
        } else {
            td_string!(locale, calls.check.start)
        }
    };
    let press = move |()| {
        if is_running.get_untracked() {
            room.driver.stop_check();
        } else {
            room.driver.check_connection();
        }
    };
    let said = move || match check.get() {
        Check::Idle => None,
        Check::Running(stretch) => Some(
            view! {
                <p class="check-progress">
                    <Spinner />
                    {stretch_text(locale, stretch)}
                </p>
            }
            .into_any(),
        ),
        Check::Done(findings) => Some(result(locale, &findings).into_any()),
    };
    let details = move || match check.get() {
        Check::Done(findings) => Some(figures(locale, &findings)),
        Check::Idle | Check::Running(_) => None,
    };
    view! {
        <section class="check-connection" aria-labelledby="check-title">
            <h2 id="check-title">{td_string!(locale, calls.check.title)}</h2>
            <p class="field-hint" id="check-lead">
                {td_string!(locale, calls.check.lead)}
            </p>
            <div>
                <Button kind=ButtonKind::Secondary small=true attr:aria-describedby="check-lead" on_press=press>
                    <Icon icon=icondata_lu::LuActivity />
                    {name}
                </Button>
            </div>
            <div role="status">{said}</div>
            {details}
        </section>
    }
}

fn stretch_text(locale: Locale, stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::Server => td_string!(locale, calls.check.asking_server),
        Stretch::Ways => td_string!(locale, calls.check.finding_ways),
        Stretch::Measuring => td_string!(locale, calls.check.measuring),
    }
}

/// What it comes to, in plain words.
fn result(locale: Locale, findings: &Findings) -> impl IntoView + use<> {
    let verdict = findings.verdict();
    let tone = match verdict.grade {
        Grade::Video => Tone::Success,
        Grade::Sound | Grade::Weak => Tone::Warning,
        Grade::Blocked(_) => Tone::Danger,
    };
    let is_local = verdict.remarks.contains(&Remark::MeasuredHere);
    let help = help_text(locale, verdict.grade);
    let remarks: Vec<&'static str> = verdict
        .remarks
        .iter()
        .map(|remark| remark_text(locale, *remark))
        .collect();
    view! {
        <Notice tone=tone>
            <p class="check-grade">{grade_text(locale, verdict.grade, is_local)}</p>
            {help.map(|help| view! { <p>{help}</p> })}
            {remarks.into_iter().map(|remark| view! { <p>{remark}</p> }).collect_view()}
        </Notice>
    }
}

/// In a word. `is_local` says that the figures never left the device.
fn grade_text(locale: Locale, grade: Grade, is_local: bool) -> &'static str {
    match grade {
        Grade::Video if is_local => td_string!(locale, calls.check.good_video_here),
        Grade::Video => td_string!(locale, calls.check.good_video),
        Grade::Sound => td_string!(locale, calls.check.good_sound),
        Grade::Weak => td_string!(locale, calls.check.weak),
        Grade::Blocked(Obstacle::Browser) => td_string!(locale, calls.check.blocked_browser),
        Grade::Blocked(Obstacle::Server) => td_string!(locale, calls.check.blocked_server),
        Grade::Blocked(Obstacle::Network) => td_string!(locale, calls.check.blocked_network),
    }
}

fn help_text(locale: Locale, grade: Grade) -> Option<&'static str> {
    match grade {
        Grade::Video | Grade::Sound | Grade::Weak => None,
        Grade::Blocked(Obstacle::Browser) => Some(td_string!(locale, calls.check.blocked_browser_help)),
        Grade::Blocked(Obstacle::Server) => Some(td_string!(locale, calls.check.blocked_server_help)),
        Grade::Blocked(Obstacle::Network) => Some(td_string!(locale, calls.check.blocked_network_help)),
    }
}

fn remark_text(locale: Locale, remark: Remark) -> &'static str {
    match remark {
        Remark::Relayed => td_string!(locale, calls.check.relayed),
        Remark::SlowRelay => td_string!(locale, calls.check.slow_relay),
        Remark::NoRelay => td_string!(locale, calls.check.no_relay),
        Remark::RelaysNotOffered => td_string!(locale, calls.check.relays_not_offered),
        Remark::MeasuredHere => td_string!(locale, calls.check.measured_here),
    }
}

/// What was found, for who wants to know or to tell somebody who looks after the network.
fn figures(locale: Locale, findings: &Findings) -> impl IntoView + use<> {
    let rows = rows(locale, findings)
        .into_iter()
        .map(|(term, value)| {
            view! {
                <div>
                    <dt>{term}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <details class="check-details">
            <summary>{td_string!(locale, calls.check.details)}</summary>
            <dl class="check-figures">{rows}</dl>
        </details>
    }
}

fn rows(locale: Locale, findings: &Findings) -> Vec<(&'static str, String)> {
    let works = |works: bool| {
        if works {
            td_string!(locale, calls.check.works).to_owned()
        } else {
            td_string!(locale, calls.check.works_not).to_owned()
        }
    };
    let server = match findings.server {
        Some(took) => td_string!(locale, calls.check.answers_in, ms = took.as_millis().max(1).to_string()),
        None => td_string!(locale, calls.check.no_answer).to_owned(),
    };
    let mut rows = vec![(td_string!(locale, calls.check.server), server)];
    if !findings.is_known || !findings.has_calls {
        return rows;
    }
    let not_offered = || td_string!(locale, calls.check.not_offered).to_owned();
    rows.push((
        td_string!(locale, calls.check.own_address),
        findings.stun.map_or_else(not_offered, works),
    ));
    if findings.relays.is_empty() {
        rows.push((td_string!(locale, calls.check.relay), not_offered()));
    }
    for (transport, does) in &findings.relays {
        let term = match transport {
            Transport::Udp => td_string!(locale, calls.check.relay_udp),
            Transport::Tcp => td_string!(locale, calls.check.relay_tcp),
            Transport::Tls => td_string!(locale, calls.check.relay_tls),
        };
        rows.push((term, works(*does)));
    }
    if let Some(Measured {
        round_trip_ms,
        loss_permille,
        kbits,
        ..
    }) = findings.measured
    {
        rows.extend([
            (
                td_string!(locale, calls.check.round_trip),
                td_string!(locale, calls.check.milliseconds, ms = round_trip_ms.max(1).to_string()),
            ),
            (
                td_string!(locale, calls.check.loss),
                td_string!(locale, calls.check.percent, percent = tenths(locale, loss_permille)),
            ),
            (
                td_string!(locale, calls.check.speed),
                td_string!(locale, calls.check.kbits, kbits = kbits.to_string()),
            ),
        ]);
    }
    rows
}

/// So many tenths, as the language writes them.
fn tenths(locale: Locale, tenths: u32) -> String {
    let mark = match locale {
        Locale::en => '.',
        Locale::es => ',',
    };
    format!("{}{mark}{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn figures_are_told_in_plain_words() {
        let findings = Findings {
            server: Some(Duration::from_micros(12_400)),
            is_known: true,
            has_calls: true,
            stun: None,
            relays: vec![(Transport::Udp, false), (Transport::Tls, true)],
            is_relay_only: false,
            measured: Some(Measured {
                is_relayed: true,
                round_trip_ms: 64,
                loss_permille: 13,
                kbits: 1_500,
            }),
        };
        let told = |locale| {
            let rows = rows(locale, &findings);
            rows.into_iter()
                .map(|(term, value)| format!("{term}: {value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(Locale::en),
            [
                "Server: Answers in 12 ms",
                "Finding your own address (STUN): Not part of this installation",
                "Relay over UDP: Does not work",
                "Relay over TLS: Works",
                "There and back: 64 ms",
                "Lost on the way: 1.3 %",
                "Gets through: 1500 kbit/s",
            ]
        );
        assert!(told(Locale::es).contains(&"Perdido por el camino: 1,3 %".to_owned()));
        let nothing = Findings::default();
        assert_eq!(rows(Locale::en, &nothing), [("Server", "Does not answer".to_owned())]);
    }

    #[test]
    fn a_refusal_says_what_helps() {
        for locale in [Locale::en, Locale::es] {
            for obstacle in [Obstacle::Browser, Obstacle::Server, Obstacle::Network] {
                assert!(help_text(locale, Grade::Blocked(obstacle)).is_some_and(|help| help.ends_with('.')));
            }
        }
        assert!(grade_text(Locale::en, Grade::Video, true).starts_with("Good for video calls"));
    }
}
