//! Which presses on a link would end a call.

/// A press on a link, by whatever means.
#[derive(Clone, Copy, Debug)]
pub struct Click<'a> {
    /// `HTMLAnchorElement.protocol`: the scheme with its colon.
    pub protocol: &'a str,
    /// Where the link leads, without what follows `#`.
    pub to: &'a str,
    /// Where the page is, likewise.
    pub here: &'a str,
    /// The main button, without a key that lets the browser open the link elsewhere by itself.
    pub is_plain: bool,
    /// The link says itself where it opens (`target`, be it `_self`), or is a download.
    pub stays: bool,
}

impl Click<'_> {
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
        let there = Click {
            protocol: "https:",
            to: "https://speakle.example/partners",
            here: "https://speakle.example/call/1",
            is_plain: true,
            stays: false,
        };
        assert!(there.leads_away());
        let here = Click {
            to: there.here,
            ..there
        };
        assert!(!here.leads_away(), "a place on this page");
        let by_key = Click {
            is_plain: false,
            ..there
        };
        assert!(!by_key.leads_away(), "the browser opens it elsewhere");
        assert!(!Click { stays: true, ..there }.leads_away(), "it has a tab of its own");
        for protocol in ["mailto:", "blob:", "tel:"] {
            assert!(!Click { protocol, ..there }.leads_away(), "{protocol}");
        }
    }
}
