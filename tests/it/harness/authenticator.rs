//! A device that keeps passkeys, in software: makes them with attestation "none" and signs with them (WebAuthn Level 3, §6), and lies where a
//! test wants it to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use openssl::rand::rand_bytes;
use openssl::sha::sha256;
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0b0000_0001;
const USER_VERIFIED: u8 = 0b0000_0100;
const HAS_CREDENTIAL: u8 = 0b0100_0000;

/// A device, and what the browser in it says of the page.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// The origin of the page.
    pub origin: String,
    /// The name that keys are bound to.
    pub rp_id: String,
    /// Whether it asks for a finger, a face or a PIN.
    pub verifies: bool,
    /// Whether the browser says that the key can be found without being named.
    pub keeps: bool,
    /// A challenge in the place of the one that was given.
    pub challenge: Option<String>,
}

/// A passkey.
#[derive(Clone)]
pub struct Key {
    pub id: Vec<u8>,
    /// Whose the device says it is.
    pub user: Option<Vec<u8>>,
    /// How often it was used; 0 where the device does not count.
    pub counter: u32,
    /// Whether it may be copied to other devices, and is.
    pub is_backed_up: bool,
    pub secret: EcKey<Private>,
}

impl Authenticator {
    /// An honest one, with a page of this origin open.
    pub fn at(origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap().split(':').next().unwrap();
        Self {
            origin: origin.to_owned(),
            rp_id: host.to_owned(),
            verifies: true,
            keeps: true,
            challenge: None,
        }
    }

    /// Makes a passkey, as `navigator.credentials.create` does. Answers it and `RegistrationResponseJSON`.
    pub fn make(&self, options: &str) -> (Key, String) {
        let options: Value = serde_json::from_str(options).unwrap();
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut id = vec![0; 32];
        rand_bytes(&mut id).unwrap();
        let key = Key {
            id,
            user: Some(URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap()),
            counter: 0,
            is_backed_up: false,
            secret: EcKey::generate(&group).unwrap(),
        };
        let answer = self.register(&key, &options);
        (key, answer)
    }

    /// The answer that brings a key which is there already.
    pub fn register(&self, key: &Key, options: &Value) -> String {
        let mut data = self.data(key, HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(key.id.len()).unwrap().to_be_bytes());
        data.extend(&key.id);
        data.extend(key.cose());
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend(data);
        let response = json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
        });
        key.answer(response, json!({ "credProps": { "rk": self.keeps } }))
    }

    /// Signs, as `navigator.credentials.get` does. Answers `AuthenticationResponseJSON`.
    pub fn show(&self, key: &Key, options: &str) -> String {
        self.show_as(key, options, "webauthn.get")
    }

    /// The same for what the page asked in another way.
    pub fn show_as(&self, key: &Key, options: &str, kind: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let (data, client_data) = (self.data(key, 0), self.client_data(kind, &options));
        let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
        let signature = EcdsaSig::sign(&sha256(&signed), &key.secret).unwrap();
        let response = json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "signature": URL_SAFE_NO_PAD.encode(signature.to_der().unwrap()),
            "userHandle": key.user.as_ref().map(|user| URL_SAFE_NO_PAD.encode(user)),
        });
        key.answer(response, json!({}))
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let given = options["challenge"].as_str().unwrap();
        let challenge = self.challenge.as_deref().unwrap_or(given);
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn data(&self, key: &Key, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let backed_up = if key.is_backed_up { 0b0001_1000 } else { 0 };
        let mut data = sha256(self.rp_id.as_bytes()).to_vec();
        data.push(flags | USER_PRESENT | verified | backed_up);
        data.extend(key.counter.to_be_bytes());
        data
    }
}

impl Key {
    /// Another key under the same names.
    pub fn forged(&self) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self {
            secret: EcKey::generate(&group).unwrap(),
            ..self.clone()
        }
    }

    /// The public key in COSE (RFC 9053 §7.1.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
    fn cose(&self) -> Vec<u8> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        let mut context = BigNumContext::new().unwrap();
        let point = self.secret.public_key();
        point.affine_coordinates(&group, &mut x, &mut y, &mut context).unwrap();
        let (x, y) = (x.to_vec_padded(32).unwrap(), y.to_vec_padded(32).unwrap());
        [
            b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(),
            &x,
            b"\x22\x58\x20",
            &y,
        ]
        .concat()
    }

    fn answer(&self, response: Value, extensions: Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        let answer = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
        });
        answer.to_string()
    }
}
