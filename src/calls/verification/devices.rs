//! The devices of a partner that a browser has met.

use crate::calls::model::CallId;

/// Their keys, each with the call in which it was met first. Kept as text, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices(Vec<(String, Option<CallId>)>);

impl Devices {
    /// Reads what [`Devices::text`] has written; a line without a call is a key that has long been known.
    pub fn parse(text: &str) -> Self {
        let read = |line: &str| match line.split_once(' ') {
            Some((key, call)) => (key.to_owned(), call.parse().ok()),
            None => (line.to_owned(), None),
        };
        Self(text.lines().filter(|line| !line.is_empty()).map(read).collect())
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        let write = |(key, call): &(String, Option<CallId>)| match call {
            Some(call) => format!("{key} {call}"),
            None => key.clone(),
        };
        self.0.iter().map(write).collect::<Vec<_>>().join("\n")
    }

    /// Their keys.
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().map(|(key, _)| key.clone()).collect()
    }

    /// Knows this one from now on; a key that is known stays what it was.
    pub fn meet(&mut self, key: &str, call: CallId) {
        if self.0.iter().all(|(known, _)| known != key) {
            self.0.push((key.to_owned(), Some(call)));
        }
    }

    /// Forgets whom it met in this call: that was somebody else.
    pub fn forget(&mut self, call: CallId) {
        self.0.retain(|(_, met)| *met != Some(call));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn call(number: u128) -> CallId {
        CallId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn devices_read_back_with_the_call_in_which_they_were_met() {
        let mut devices = Devices::parse("");
        assert_eq!(devices, Devices::default());
        devices.meet("laptop", call(1));
        devices.meet("phone", call(2));
        assert_eq!(Devices::parse(&devices.text()), devices);
        assert_eq!(devices.keys(), ["laptop", "phone"]);
        assert_eq!(Devices::parse("laptop\nphone").keys(), ["laptop", "phone"]);
    }

    #[test]
    fn only_those_are_forgotten_that_were_met_first_in_the_call() {
        let mut devices = Devices::parse("old");
        devices.meet("laptop", call(1));
        devices.meet("laptop", call(2));
        devices.meet("stranger", call(2));
        devices.forget(call(2));
        assert_eq!(devices.keys(), ["old", "laptop"]);
        devices.meet("stranger", call(3));
        assert_eq!(devices.keys().len(), 3, "it is new once more");
    }
}
