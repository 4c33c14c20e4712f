//! Which browser it is, on which system: so that what helps can be said in the words that stand on the person's screen, and what kind of device a
//! call was held on. For words and figures only; nothing else depends on it.

use crate::calls::model::DeviceClass;

/// A browser, as far as its way of asking for devices differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// Google Chrome and plain Chromium.
    Chrome,
    /// Microsoft Edge.
    Edge,
    /// Mozilla Firefox.
    Firefox,
    /// Apple Safari.
    Safari,
    /// One that we do not know, or that looks like another and is not.
    #[default]
    Other,
}

/// An operating system, as far as its settings differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum System {
    /// Microsoft Windows.
    Windows,
    /// macOS.
    Mac,
    /// ChromeOS.
    ChromeOs,
    /// Android.
    Android,
    /// iOS and iPadOS, where every browser is Apple's beneath.
    Ios,
    /// Any other: Linux mostly.
    #[default]
    Other,
}

impl System {
    /// Whether it is held in a hand.
    pub const fn is_touched(self) -> bool {
        matches!(self, Self::Android | Self::Ios)
    }
}

/// What shows the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// The browser.
    pub program: Program,
    /// The system.
    pub system: System,
}

/// Marks of browsers that are built on Chromium or on Apple's WebKit, and look otherwise.
const OTHERS: [&str; 6] = [
    "OPR/",
    "OPT/",
    "SamsungBrowser/",
    "YaBrowser/",
    "Vivaldi/",
    "DuckDuckGo/",
];

impl Agent {
    /// By what the browser says of itself: `navigator.userAgent`, the names in `navigator.userAgentData.brands` (User-Agent Client Hints; empty
    /// where there are none), and `navigator.maxTouchPoints`, by which an iPad differs from the Mac that it says it is.
    pub fn of(user_agent: &str, brands: &[String], touch_points: u32) -> Self {
        let has = |mark: &str| user_agent.contains(mark);
        let is_any = |marks: &[&str]| marks.iter().any(|mark| has(mark));
        let program = if is_any(&OTHERS) {
            Program::Other
        } else if is_any(&["Edg/", "EdgA/", "EdgiOS/"]) {
            Program::Edge
        } else if is_any(&["Firefox/", "FxiOS/"]) {
            Program::Firefox
        } else if has("CriOS/") || (has("Chrome/") && is_chrome(brands)) {
            Program::Chrome
        } else if has("Safari/") && has("Version/") && !is_any(&["Chrome/", "Android"]) {
            Program::Safari
        } else {
            Program::Other
        };
        let system = if is_any(&["iPhone", "iPad", "iPod"]) {
            System::Ios
        } else if has("Android") {
            System::Android
        } else if has("CrOS") {
            System::ChromeOs
        } else if has("Windows") {
            System::Windows
        } else if has("Macintosh") {
            if touch_points > 1 { System::Ios } else { System::Mac }
        } else {
            System::Other
        };
        Self { program, system }
    }
}

/// Whether these are the brands of Chrome or Chromium themselves. The list holds one that means nothing, with "Brand" in its name
/// (User-Agent Client Hints §6.2).
fn is_chrome(brands: &[String]) -> bool {
    brands
        .iter()
        .filter(|brand| !brand.contains("Brand"))
        .all(|brand| matches!(brand.as_str(), "Chromium" | "Google Chrome" | "HeadlessChrome"))
}

/// What kind of device it is, by the same signs as [`Agent::of`]: a guess. A phone that asks for the pages of computers passes for what it says it is.
pub fn device_class(user_agent: &str, touch_points: u32) -> DeviceClass {
    let has = |mark: &str| user_agent.contains(mark);
    match Agent::of(user_agent, &[], touch_points).system {
        System::Ios if has("iPhone") || has("iPod") => DeviceClass::Phone,
        System::Android if has("Mobile") && !has("Tablet") => DeviceClass::Phone,
        System::Ios | System::Android => DeviceClass::Tablet,
        _ if has("Mobile") => DeviceClass::Phone,
        _ => DeviceClass::Computer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(user_agent: &str, brands: &[&str], touch_points: u32) -> (Program, System) {
        let brands: Vec<String> = brands.iter().map(|brand| (*brand).to_owned()).collect();
        let Agent { program, system } = Agent::of(user_agent, &brands, touch_points);
        (program, system)
    }

    #[test]
    fn browsers_are_told_apart_on_every_system() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, touch_points, program, system) in [
            (windows.to_owned(), 0, Program::Chrome, System::Windows),
            (format!("{windows} Edg/131.0.0.0"), 0, Program::Edge, System::Windows),
            (format!("{windows} OPR/115.0.0.0"), 0, Program::Other, System::Windows),
            (
                windows.replace("Windows NT 10.0; Win64; x64", "X11; CrOS x86_64 14541.0.0"),
                0,
                Program::Chrome,
                System::ChromeOs,
            ),
            (
                windows.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64"),
                0,
                Program::Chrome,
                System::Other,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0".to_owned(),
                0,
                Program::Firefox,
                System::Windows,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0".to_owned(),
                0,
                Program::Firefox,
                System::Mac,
            ),
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0".to_owned(),
                5,
                Program::Firefox,
                System::Android,
            ),
            (mac.to_owned(), 0, Program::Safari, System::Mac),
            (mac.to_owned(), 5, Program::Safari, System::Ios),
            (
                format!("{iphone} Version/18.1 Mobile/15E148 Safari/604.1"),
                5,
                Program::Safari,
                System::Ios,
            ),
            (
                format!("{iphone} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1"),
                5,
                Program::Chrome,
                System::Ios,
            ),
            (
                format!("{iphone} FxiOS/133.0 Mobile/15E148 Safari/605.1.15"),
                5,
                Program::Firefox,
                System::Ios,
            ),
            (
                format!("{iphone} Version/18.0 EdgiOS/131.0.2903.68 Mobile/15E148 Safari/604.1"),
                5,
                Program::Edge,
                System::Ios,
            ),
            (
                format!("{android} Chrome/131.0.0.0 Mobile Safari/537.36"),
                5,
                Program::Chrome,
                System::Android,
            ),
            (
                format!("{android} Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0"),
                5,
                Program::Edge,
                System::Android,
            ),
            (
                format!("{android} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"),
                5,
                Program::Other,
                System::Android,
            ),
            (String::new(), 0, Program::Other, System::Other),
        ] {
            assert_eq!(agent(&user_agent, &[], touch_points), (program, system), "{user_agent}");
        }
    }

    #[test]
    fn a_browser_that_says_it_is_chrome_is_known_by_its_brand() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        let program = |brands: &[&str]| agent(chrome, brands, 0).0;
        assert_eq!(program(&["Chromium", "Not_A Brand"]), Program::Chrome);
        assert_eq!(program(&["Google Chrome", "Chromium", "Not;A=Brand"]), Program::Chrome);
        assert_eq!(program(&["Brave", "Chromium", "Not_A Brand"]), Program::Other);
    }

    #[test]
    fn devices_are_told_apart_by_what_they_say_and_by_touch() {
        let webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1";
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0";
        for (system, rest, touch_points, class) in [
            // An iPad says that it is a Mac; one that asks for the pages of phones says what it is.
            (
                "Macintosh; Intel Mac OS X 10_15_7",
                format!("{webkit} Safari/605.1.15"),
                5,
                DeviceClass::Tablet,
            ),
            (
                "Macintosh; Intel Mac OS X 10_15_7",
                format!("{webkit} Safari/605.1.15"),
                0,
                DeviceClass::Computer,
            ),
            (
                "Macintosh; Intel Mac OS X 10_15_7",
                format!("{chrome} Safari/537.36"),
                0,
                DeviceClass::Computer,
            ),
            (
                "iPad; CPU OS 18_1 like Mac OS X",
                format!("{webkit} Mobile/15E148 Safari/604.1"),
                5,
                DeviceClass::Tablet,
            ),
            (
                "iPhone; CPU iPhone OS 18_1 like Mac OS X",
                format!("{webkit} Mobile/15E148 Safari/604.1"),
                5,
                DeviceClass::Phone,
            ),
            (
                "iPod touch; CPU iPhone OS 15_8 like Mac OS X",
                format!("{webkit} Mobile/15E148 Safari/604.1"),
                5,
                DeviceClass::Phone,
            ),
            (
                "Linux; Android 10; K",
                format!("{chrome} Mobile Safari/537.36"),
                5,
                DeviceClass::Phone,
            ),
            (
                "Linux; Android 10; K",
                format!("{chrome} Safari/537.36"),
                10,
                DeviceClass::Tablet,
            ),
            (
                "Android 14; Mobile; rv:133.0",
                "Gecko/133.0 Firefox/133.0".to_owned(),
                5,
                DeviceClass::Phone,
            ),
            (
                "Android 14; Tablet; rv:133.0",
                "Gecko/133.0 Firefox/133.0".to_owned(),
                5,
                DeviceClass::Tablet,
            ),
            (
                "Mobile; rv:84.0",
                "Gecko/84.0 Firefox/84.0 KAIOS/3.0".to_owned(),
                0,
                DeviceClass::Phone,
            ),
            // A computer that can be touched stays one.
            (
                "Windows NT 10.0; Win64; x64",
                format!("{chrome} Safari/537.36"),
                10,
                DeviceClass::Computer,
            ),
            (
                "X11; CrOS x86_64 14541.0.0",
                format!("{chrome} Safari/537.36"),
                10,
                DeviceClass::Computer,
            ),
            (
                "X11; Linux x86_64; rv:133.0",
                "Gecko/20100101 Firefox/133.0".to_owned(),
                0,
                DeviceClass::Computer,
            ),
        ] {
            let user_agent = format!("Mozilla/5.0 ({system}) {rest}");
            assert_eq!(device_class(&user_agent, touch_points), class, "{user_agent}");
        }
        assert_eq!(device_class("", 0), DeviceClass::Computer);
    }
}
