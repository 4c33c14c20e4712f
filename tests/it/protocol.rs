//! docs/protocol.md is what clients of another make are written from: each of its examples is read by the program's own types and written back as
//! it stands there, every message has one, and every function is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::sha::sha256;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use speakle::calls::channel::ChannelMessage;
use speakle::calls::model::RoomView;
use speakle::calls::recording::RecordingMessage;
use speakle::calls::stage::Line;
use speakle::calls::verification::VerificationMessage;
use speakle::calls::verification::fingerprints::Fingerprints;
use speakle::calls::verification::hex::Bytes32;
use speakle::calls::verification::session::{Session, Side};
use speakle::calls::verification::words;
use speakle::calls::wire::{CallCommand, CallNews};
use speakle::invitations::model::Started;
use speakle::messages::model::MessagePage;
use speakle::protocol::{ClientMessage, ServerMessage};

fn document() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol.md")).unwrap()
}

/// The fenced blocks of the document: what stands behind the fence, and the lines.
fn blocks(document: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in document.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(name), None) => open = Some((name.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

/// Lines of JSON under this name.
fn examples(name: &str) -> Vec<Value> {
    let blocks = blocks(&document());
    let named = blocks.iter().filter(|(of, _)| of == name);
    let lines = named.flat_map(|(_, lines)| lines);
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Whether this is a message of the type, and is written as it was read.
fn is<T: Serialize + DeserializeOwned>(example: &Value) -> bool {
    match serde_json::from_value::<T>(example.clone()) {
        Ok(read) => {
            let written = serde_json::to_value(&read).unwrap();
            assert_eq!(&written, example, "the program writes it otherwise");
            true
        }
        Err(_) => false,
    }
}

/// What a type says that it knows when it is told something that it does not.
fn known<T: DeserializeOwned + std::fmt::Debug>(unknown: Value) -> BTreeSet<String> {
    let error = serde_json::from_value::<T>(unknown).unwrap_err().to_string();
    let (_, expected) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// All messages of a side, as `feature.type`.
fn messages<T: DeserializeOwned + std::fmt::Debug>() -> BTreeSet<String> {
    let features = known::<T>(json!({ "?": {} }));
    let of = |feature: &String| {
        let types = known::<T>(json!({ feature: { "type": "?" } }));
        let feature = feature.clone();
        types.into_iter().map(move |kind| format!("{feature}.{kind}"))
    };
    features.iter().flat_map(of).collect()
}

fn name_of(frame: &Value) -> String {
    let (feature, message) = frame.as_object().unwrap().iter().next().unwrap();
    format!("{feature}.{}", message["type"].as_str().unwrap())
}

/// The frames among the examples, and what pages say to each other directly.
fn frames_and_channel() -> (Vec<Value>, Vec<Value>) {
    examples("json")
        .into_iter()
        .partition(|example| example.get("type").is_none())
}

#[test]
fn every_frame_of_the_document_is_one_of_the_programs() {
    let (frames, _) = frames_and_channel();
    assert!(frames.len() > 40, "{}", frames.len());
    for frame in &frames {
        let (to_server, to_client) = (is::<ClientMessage>(frame), is::<ServerMessage>(frame));
        assert!(to_server || to_client, "nobody knows {frame}");
    }
}

#[test]
fn every_message_has_an_example() {
    let (frames, _) = frames_and_channel();
    let shown = |is_of: fn(&Value) -> bool| -> BTreeSet<String> {
        frames.iter().filter(|frame| is_of(frame)).map(name_of).collect()
    };
    let (sent, heard) = (messages::<ClientMessage>(), messages::<ServerMessage>());
    assert!(
        sent.contains("calls.sample") && heard.contains("calls.sampled"),
        "{sent:?} {heard:?}"
    );
    assert_eq!(shown(is::<ClientMessage>), sent);
    assert_eq!(shown(is::<ServerMessage>), heard);
    let payloads: BTreeSet<String> = frames
        .iter()
        .filter(|frame| name_of(frame) == "calls.signal")
        .map(|frame| frame["calls"]["signal"]["payload"]["type"].as_str().unwrap().to_owned())
        .collect();
    let expected = ["candidate", "description", "end_of_candidates", "sync"];
    assert_eq!(payloads.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn every_message_of_the_data_channel_has_an_example() {
    let (_, channel) = frames_and_channel();
    for message in &channel {
        assert!(is::<ChannelMessage>(message), "nobody knows {message}");
    }
    let shown = |part: &str, of: Option<&str>| -> BTreeSet<String> {
        let chosen = channel
            .iter()
            .filter(|message| of.is_none_or(|of| message["type"] == of));
        chosen
            .map(|message| message[part].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(shown("type", None), known::<ChannelMessage>(json!({ "type": "?" })));
    let steps = json!({ "step": "?" });
    assert_eq!(
        shown("step", Some("verification")),
        known::<VerificationMessage>(steps.clone())
    );
    assert_eq!(shown("step", Some("recording")), known::<RecordingMessage>(steps));
}

#[test]
fn answers_of_functions_are_as_the_program_writes_them() {
    let hold = |name: &str, is_of: fn(&Value) -> bool| {
        let found = examples(&format!("json {name}"));
        assert!(!found.is_empty(), "no example of {name}");
        for example in found {
            assert!(is_of(&example), "no {name}: {example}");
        }
    };
    hold("RoomView", is::<RoomView>);
    hold("MessagePage", is::<MessagePage>);
    hold("Started", is::<Started>);
    let shown: BTreeSet<String> = blocks(&document())
        .into_iter()
        .filter_map(|(name, _)| name.strip_prefix("json ").map(str::to_owned))
        .collect();
    assert_eq!(shown.len(), 3, "a block that nobody reads: {shown:?}");
}

#[test]
fn every_function_is_named() {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let document = document();
    let words: BTreeSet<&str> = document
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .collect();
    let mut count = 0;
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        for rest in source.split("#[server(endpoint = \"").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(words.contains(name), "{name} stands nowhere in docs/protocol.md");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn the_lines_are_in_the_order_of_the_document() {
    let document = document();
    for line in Line::ALL {
        let row = format!("| {} | {} |", line.index(), line.kind());
        assert!(document.contains(&row), "{line:?}");
    }
}

/// The connection of the document's example, as Ana sees it, and the numbers of both.
fn example() -> (Session, Bytes32, Bytes32) {
    let fingerprint = |first: u8| {
        let digits: Vec<String> = (first..first + 32).map(|byte| format!("{byte:02X}")).collect();
        Fingerprints::of_sdp(&format!("a=fingerprint:sha-256 {}\r\n", digits.join(":"))).unwrap()
    };
    let side = |seat: &str, first| Side {
        seat: seat.parse().unwrap(),
        fingerprints: fingerprint(first),
    };
    let session = Session {
        call: "019a1b2c-4d5e-7a61-9b72-c3d4e5f60718".parse().unwrap(),
        mine: side("e1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8", 0xA0),
        theirs: side("0f1e2d3c-4b5a-4968-8776-655443322110", 0x10),
    };
    let number = |first: u8| Bytes32(std::array::from_fn(|place| first + place as u8));
    (session, number(0), number(32))
}

fn digest(text: &str) -> Bytes32 {
    Bytes32(sha256(text.as_bytes()))
}

#[test]
fn the_example_of_security_words_comes_out() {
    let (document, (ana, hers, his)) = (document(), example());
    let block = |text: &str| document.contains(&format!("```text\n{text}\n```"));
    let begins = |text: &str| document.contains(&format!("`{}…`", &digest(text).to_string()[..16]));
    let (mine, theirs) = (ana.commitment(hers), ana.seen_by_partner().commitment(his));
    assert!(block(&mine) && begins(&mine) && begins(&theirs));
    let agreed = ana.agreement(hers, his);
    assert_eq!(agreed, ana.seen_by_partner().agreement(his, hers));
    assert!(block(&agreed) && begins(&agreed));
    let words = words::of(digest(&agreed)).join(" ");
    assert!(document.contains(&format!("The words are `{words}`.")), "{words}");
    let (_, channel) = frames_and_channel();
    let said = |message: VerificationMessage| {
        let message = serde_json::to_value(ChannelMessage::Verification(message)).unwrap();
        assert!(channel.contains(&message), "{message}");
    };
    said(VerificationMessage::Commit {
        commitment: digest(&mine),
    });
    said(VerificationMessage::Reveal { nonce: hers });
}

#[test]
fn the_words_of_the_document_are_the_programs() {
    let listed = blocks(&document())
        .into_iter()
        .filter(|(name, _)| name == "text words")
        .flat_map(|(_, lines)| lines);
    let listed: Vec<Vec<String>> = listed
        .map(|line| line.split(' ').map(str::to_owned).collect())
        .collect();
    let known: Vec<&str> = (0..=u8::MAX).map(|byte| words::of(Bytes32([byte; 32]))[0]).collect();
    assert!(listed.iter().all(|line| line.len() == 16));
    assert_eq!(listed.concat(), known);
}

#[test]
fn the_example_of_a_signature_fits() {
    let (_, channel) = frames_and_channel();
    let statement = channel.iter().find(|message| message["step"] == "statement").unwrap();
    let bytes = |field: &str| URL_SAFE_NO_PAD.decode(statement[field].as_str().unwrap()).unwrap();
    let (key, signature) = (bytes("key"), bytes("signature"));
    assert_eq!((key.len(), signature.len()), (65, 64));
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let point = EcPoint::from_bytes(&group, &key, &mut BigNumContext::new().unwrap()).unwrap();
    let key = EcKey::from_public_key(&group, &point).unwrap();
    let number = |bytes: &[u8]| BigNum::from_slice(bytes).unwrap();
    let signature = EcdsaSig::from_private_components(number(&signature[..32]), number(&signature[32..])).unwrap();
    let (ana, ..) = example();
    assert!(signature.verify(&sha256(ana.statement().as_bytes()), &key).unwrap());
    let forged = sha256(ana.seen_by_partner().statement().as_bytes());
    assert!(!signature.verify(&forged, &key).unwrap(), "of another connection");
}

#[test]
fn optional_fields_may_be_left_out_as_the_document_says() {
    let id = "019a1b2c-4d5e-7a61-9b72-c3d4e5f60718";
    let join = json!({"type": "join", "call": id, "seat": id, "media": {"microphone": true, "camera": false}});
    let sample = json!({"type": "sample", "call": id, "seat": id, "sample": {"span_ms": 10000, "later": 1}});
    for command in [join, sample] {
        serde_json::from_value::<CallCommand>(command).unwrap();
    }
    let partner =
        json!({"type": "partner_media", "call": id, "media": {"microphone": true, "camera": false}, "later": 1});
    serde_json::from_value::<CallNews>(partner).unwrap();
}
