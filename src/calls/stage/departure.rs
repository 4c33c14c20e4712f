//! Which presses on a link would end a call.

/// A press on a link.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// `HTMLAnchorElement.protocol`: the scheme with its colon.
    pub protocol: &'a str,
    /// Where the link leads, without what follows `#`.
    pub to: &'a str,
    /// Where the page is, likewise.
    pub here: &'a str,
    /// The main button, without a key that lets the browser open the link elsewhere by itself.
    pub is_plain: bool,
    /// The link has a `target` or is a download.
    pub stays: bool,
}

impl Press<'_> {
    /// Whether the page would be left.
    pub fn leads_away(&self) -> bool {
        let is_page = matches!(self.protocol, "http:" | "https:");
        is_page && self.is_plain && !self.stays && self.to != self.here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_take_the_page_away_leads_away() {
        let there = Press {
            protocol: "https:",
            to: "https://speakle.example/partners",
            here: "https://speakle.example/call/1",
            is_plain: true,
            stays: false,
        };
        assert!(there.leads_away());
        let here = Press {
            to: there.here,
            ..there
        };
        assert!(!here.leads_away(), "a place on this page");
        let by_key = Press {
            is_plain: false,
            ..there
        };
        assert!(!by_key.leads_away(), "the browser opens it elsewhere");
        assert!(!Press { stays: true, ..there }.leads_away(), "it has a tab of its own");
        for protocol in ["mailto:", "blob:", "tel:"] {
            assert!(!Press { protocol, ..there }.leads_away(), "{protocol}");
        }
    }
}
