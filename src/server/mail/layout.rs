//! How mails look: plain text, and HTML of paragraphs and one button, in light and dark.

use leptos_i18n::Locale as _;

use crate::i18n::{Locale, td_string};

/// What a mail says, in the reader's language.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The reader's language.
    pub locale: Locale,
    /// The subject, which is the heading as well.
    pub subject: String,
    /// The name of the person.
    pub name: String,
    /// What it is about.
    pub paragraphs: Vec<String>,
    /// What can be done.
    pub action: Action,
    /// What stands below that.
    pub remarks: Vec<String>,
}

/// The one thing that a mail asks for.
#[derive(Clone, Debug)]
pub struct Action {
    /// The words of the button.
    pub words: String,
    /// Where it leads.
    pub link: String,
}

/// The colours of `style/tokens.css`, which no mail can load.
const STYLE: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
body{margin:0;padding:24px 16px;background:#fbf6ee;color:#2a221d;font:16px/1.55 Figtree,system-ui,-apple-system,'Segoe UI',sans-serif}\
.letter{max-width:520px;margin:0 auto;padding:32px;background:#fffdfa;border:1px solid #e6dbcb;border-radius:16px}\
.product{margin:0 0 24px;font-weight:700;color:#1a5b47}\
h1{margin:0 0 16px;font-size:24px;line-height:1.25}\
p{margin:0 0 16px}\
.button{display:inline-block;padding:12px 24px;background:#1f6650;color:#ffffff;border-radius:999px;font-weight:600;text-decoration:none}\
.small{color:#66594e;font-size:14px}\
.link{color:#1a5b47;word-break:break-all}\
@media (prefers-color-scheme:dark){\
body{background:#1b1714;color:#f5eee4}\
.letter{background:#26211d;border-color:#3c342d}\
.product,.link{color:#94d8bd}\
.button{background:#86cfb2;color:#10261e}\
.small{color:#bdb0a1}}";

impl Letter {
    /// For readers that show text only, and for those that trust nothing else.
    pub(super) fn text(&self, home: &str) -> String {
        let greeting = td_string!(self.locale, mails.greeting, name = self.name.clone());
        let mut parts = vec![greeting];
        parts.extend(self.paragraphs.iter().cloned());
        parts.push(format!("{}:\n{}", self.action.words, self.action.link));
        parts.extend(self.remarks.iter().cloned());
        parts.push(format!("Speakle\n{home}"));
        parts.join("\n\n") + "\n"
    }

    /// With the link as text as well: some show no buttons, and some people trust none.
    pub(super) fn html(&self, home: &str) -> String {
        let (language, subject) = (self.locale.as_str(), escaped(&self.subject));
        let greeting = escaped(&td_string!(self.locale, mails.greeting, name = self.name.clone()));
        let paragraphs = |texts: &[String], class: &str| -> String {
            let paragraph = |text: &String| format!("<p{class}>{}</p>\n", escaped(text));
            texts.iter().map(paragraph).collect()
        };
        let (link, words) = (escaped(&self.action.link), escaped(&self.action.words));
        let copy = escaped(td_string!(self.locale, mails.copy_link));
        let (said, remarks) = (
            paragraphs(&self.paragraphs, ""),
            paragraphs(&self.remarks, " class=\"small\""),
        );
        let home = escaped(home);
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{subject}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<div class=\"letter\">\n\
             <p class=\"product\">Speakle</p>\n<h1>{subject}</h1>\n<p>{greeting}</p>\n{said}\
             <p><a class=\"button\" href=\"{link}\">{words}</a></p>\n\
             <p class=\"small\">{copy}<br>\n<a class=\"link\" href=\"{link}\">{link}</a></p>\n{remarks}\
             <p class=\"small\">Speakle<br>\n<a class=\"link\" href=\"{home}\">{home}</a></p>\n\
             </div>\n</body>\n</html>\n"
        )
    }
}

/// Text that stays text between tags and in attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_says_the_same_in_text_and_in_html_and_names_stay_text() {
        let letter = Letter {
            locale: Locale::es,
            subject: "Una prueba".to_owned(),
            name: "<b>Ana</b> & \"Co\"".to_owned(),
            paragraphs: vec!["Primero.".to_owned()],
            action: Action {
                words: "Abrir".to_owned(),
                link: "https://speakle.example/x?token=1&y=2".to_owned(),
            },
            remarks: vec!["Al final.".to_owned()],
        };
        let (text, html) = (
            letter.text("https://speakle.example"),
            letter.html("https://speakle.example"),
        );
        for part in ["Primero.", "Abrir", "Al final.", "https://speakle.example"] {
            assert!(text.contains(part) && html.contains(part), "{part}");
        }
        assert!(text.contains("<b>Ana</b> & \"Co\""), "{text}");
        assert!(text.contains("\nhttps://speakle.example/x?token=1&y=2\n"), "{text}");
        assert!(!html.contains("<b>"), "{html}");
        assert!(html.contains("&lt;b&gt;Ana&lt;/b&gt; &amp; &quot;Co&quot;"), "{html}");
        assert_eq!(html.matches("https://speakle.example/x?token=1&amp;y=2").count(), 3);
        assert!(html.contains("<html lang=\"es\">") && html.contains("prefers-color-scheme:dark"));
    }
}
