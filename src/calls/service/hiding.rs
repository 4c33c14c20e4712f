//! Signals of a pair whose addresses are hidden: whatever a page says of its own addresses does not reach the partner. Browsers that are told to
//! go by a relay say nothing of them; this holds for pages as well that were told before the wish was made, or that do not listen.

use crate::calls::negotiation::{Candidate, Description, Signal, SignalPayload};

/// The user name fragment of no ICE session: the characters of one are letters, digits, `+` and `/` (RFC 8839 §5.4).
const NOBODYS: &str = "-";
/// What may stand after the type of a candidate, besides the related address.
const EXTENSIONS: [&str; 5] = ["tcptype", "generation", "ufrag", "network-id", "network-cost"];

/// The signal without addresses other than those of relays. It keeps its number, for which the partner's page would ask.
pub(super) fn without_addresses(signal: Signal) -> Signal {
    let payload = match signal.payload {
        SignalPayload::Description(description) => SignalPayload::Description(Description {
            sdp: sdp_without_addresses(&description.sdp),
            ..description
        }),
        SignalPayload::Candidate(candidate) if !candidate.candidate.is_empty() => {
            match relay_only(&candidate.candidate) {
                Some(line) => SignalPayload::Candidate(Candidate {
                    candidate: line,
                    ..candidate
                }),
                // Of an ICE session that there is not: nothing is done with it.
                None => SignalPayload::EndOfCandidates {
                    username_fragment: Some(NOBODYS.to_owned()),
                },
            }
        }
        payload => payload,
    };
    Signal { payload, ..signal }
}

/// A description whose candidates are relays, and whose other addresses say nothing.
fn sdp_without_addresses(sdp: &str) -> String {
    let mut hidden = String::with_capacity(sdp.len());
    for line in sdp.lines() {
        let kept = if let Some(candidate) = line.strip_prefix("a=candidate:") {
            relay_only(candidate).map(|candidate| format!("a=candidate:{candidate}"))
        } else if line.starts_with("a=remote-candidates:") {
            None
        } else if line.starts_with("a=rtcp:") {
            Some("a=rtcp:9 IN IP4 0.0.0.0".to_owned())
        } else if line.starts_with("c=") {
            Some("c=IN IP4 0.0.0.0".to_owned())
        } else if line.starts_with("m=") {
            Some(without_port(line))
        } else {
            Some(line.to_owned())
        };
        if let Some(line) = kept {
            hidden.push_str(&line);
            hidden.push_str("\r\n");
        }
    }
    hidden
}

/// A media line whose port is the one that says nothing (RFC 8840 §4.3.1); 0 refuses the section and stays.
fn without_port(line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(kind), Some(port), Some(rest)) if port != "0" => format!("{kind} 9 {rest}"),
        _ => line.to_owned(),
    }
}

/// A candidate of a relay without the address that it was asked from; `None` for any other (RFC 8839 §5.1).
fn relay_only(candidate: &str) -> Option<String> {
    let words: Vec<&str> = candidate.split_ascii_whitespace().collect();
    let (head, extensions) = words.split_at_checked(8)?;
    if head[6..] != ["typ", "relay"] {
        return None;
    }
    let any = if head[4].contains(':') { "::" } else { "0.0.0.0" };
    let mut line = head.to_vec();
    line.extend(["raddr", any, "rport", "9"]);
    let named = extensions.chunks_exact(2).filter(|pair| EXTENSIONS.contains(&pair[0]));
    line.extend(named.flatten());
    Some(line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::negotiation::DescriptionKind;

    const RELAY: &str = "candidate:3 1 udp 41885439 203.0.113.9 50001 typ relay raddr 192.168.1.20 rport 61000 generation 0 ufrag Ab+/ network-cost 50";
    const HIDDEN: &str = "candidate:3 1 udp 41885439 203.0.113.9 50001 typ relay raddr 0.0.0.0 rport 9 generation 0 ufrag Ab+/ network-cost 50";

    fn signal(payload: SignalPayload) -> Signal {
        Signal {
            generation: 2,
            sequence: 7,
            received: 3,
            payload,
        }
    }

    fn candidate(line: &str) -> SignalPayload {
        SignalPayload::Candidate(Candidate {
            candidate: line.to_owned(),
            sdp_mid: Some("0".to_owned()),
            sdp_m_line_index: Some(0),
            username_fragment: Some("Ab+/".to_owned()),
        })
    }

    #[test]
    fn candidates_of_relays_pass_without_where_they_were_asked_from() {
        assert_eq!(without_addresses(signal(candidate(RELAY))), signal(candidate(HIDDEN)));
        assert_eq!(without_addresses(signal(candidate(HIDDEN))), signal(candidate(HIDDEN)));
        let told = RELAY.replace("generation 0", "x-host 192.168.1.20");
        let SignalPayload::Candidate(kept) = without_addresses(signal(candidate(&told))).payload else {
            panic!("dropped")
        };
        assert!(!kept.candidate.contains("192.168"), "{}", kept.candidate);
        let six = "candidate:3 1 udp 1 2001:db8::9 50001 typ relay raddr 2001:db8:1::20 rport 61000";
        let hidden = "candidate:3 1 udp 1 2001:db8::9 50001 typ relay raddr :: rport 9";
        assert_eq!(without_addresses(signal(candidate(six))), signal(candidate(hidden)));
    }

    #[test]
    fn other_candidates_become_nothing_with_their_number() {
        for line in [
            "candidate:1 1 udp 2122260223 192.168.1.20 61000 typ host generation 0 ufrag Ab+/",
            "candidate:1 1 udp 2122260223 5f1c7c1e-8f00-4a53-9a8a-9f2b2f1d9f00.local 61000 typ host",
            "candidate:2 1 udp 1686052607 198.51.100.4 61000 typ srflx raddr 192.168.1.20 rport 61000",
            "candidate:2 1 udp 1686052607 198.51.100.4 61000 typ prflx typ relay",
            "candidate:4 1 tcp 1518280447 192.168.1.20 9 typ host tcptype active",
            "192.168.1.20",
        ] {
            let hidden = without_addresses(signal(candidate(line)));
            let nothing = SignalPayload::EndOfCandidates {
                username_fragment: Some(NOBODYS.to_owned()),
            };
            assert_eq!(hidden, signal(nothing), "{line}");
        }
    }

    #[test]
    fn what_names_no_address_passes_as_it_is() {
        let end = SignalPayload::EndOfCandidates {
            username_fragment: Some("Ab+/".to_owned()),
        };
        for payload in [SignalPayload::Sync, end, candidate("")] {
            assert_eq!(without_addresses(signal(payload.clone())), signal(payload));
        }
    }

    #[test]
    fn descriptions_name_relays_only() {
        let described = |sdp: String| {
            signal(SignalPayload::Description(Description {
                kind: DescriptionKind::Offer,
                sdp,
            }))
        };
        let sdp = |rtp: &str, rtcp: &str, candidates: &[&str]| {
            let mut lines = vec![
                "v=0",
                "o=- 46117317 2 IN IP4 127.0.0.1",
                "s=-",
                "t=0 0",
                "a=group:BUNDLE 0 1",
                rtp,
            ];
            lines.extend([
                if rtp.contains(" 9 ") {
                    "c=IN IP4 0.0.0.0"
                } else {
                    "c=IN IP4 192.168.1.20"
                },
                rtcp,
            ]);
            lines.extend(candidates);
            lines.extend([
                "a=ice-ufrag:Ab+/",
                "a=mid:0",
                "m=video 0 UDP/TLS/RTP/SAVPF 96",
                "a=mid:1",
            ]);
            lines.iter().map(|line| format!("{line}\r\n")).collect::<String>()
        };
        let (relay, hidden) = (format!("a={RELAY}"), format!("a={HIDDEN}"));
        let said = sdp(
            "m=audio 61000 UDP/TLS/RTP/SAVPF 111",
            "a=rtcp:61001 IN IP4 192.168.1.20",
            &[
                "a=candidate:1 1 udp 2122260223 192.168.1.20 61000 typ host",
                &relay,
                "a=remote-candidates:1 192.0.2.3 45664",
            ],
        );
        let heard = sdp("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtcp:9 IN IP4 0.0.0.0", &[&hidden]);
        assert_eq!(without_addresses(described(said)), described(heard.clone()));
        assert_eq!(without_addresses(described(heard.clone())), described(heard));
    }
}
