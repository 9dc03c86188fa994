/// Decisions taken from random bytes, so that failing cases shrink.
pub(super) struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self(bytes.into_iter())
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % bound
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(super) fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }
}

struct Writer<'c> {
    choices: &'c mut Choices,
    text: String,
    marker: usize,
}

const VALUES: [&str; 12] = [
    "\"plain\"",
    "'literal'",
    "\"\"\"\nmulti\nline\"\"\"",
    "'''raw'''",
    "1",
    "1.5",
    "2.0",
    "0x1F",
    "true",
    "1979-05-27",
    "\"a \\\" \\u00e9\"",
    "inf",
];

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn trailing(&mut self) {
        self.marker += 1;
        let tail = match self.choices.below(5) {
            0 => format!(" # t{}", self.marker),
            1 => "  ".to_owned(),
            _ => String::new(),
        };
        self.text.push_str(&tail);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        self.marker += 1;
        match self.choices.below(9) {
            0 => self.text.push('\n'),
            1 => self.text.push_str("\n\n"),
            2 => self.put(&format!("# own{}\n", self.marker)),
            3 => self.put(&format!("\n# apart{}\n\n", self.marker)),
            4 => self.put(&format!("\n# above{}\n", self.marker)),
            _ => {}
        }
    }

    fn pair(&mut self, key: &str, value: &str) {
        if self.choices.one_in(8) {
            self.marker += 1;
            self.put(&format!("# k{}\n", self.marker));
        }
        let equals = self.choices.one(&[" = ", " = ", "=", "   = ", "= "]);
        let indent = self.choices.one(&["", "", "", "  ", "\t"]);
        self.put(&format!("{indent}{key}{equals}{value}"));
        self.trailing();
    }

    fn header(&mut self, header: &str) {
        self.gap();
        self.text.push_str(header);
        self.trailing();
    }

    fn bracketed(&mut self, open: &str, items: &[String], close: &str) -> String {
        let mut result = open.to_owned();
        let is_wrapped = self.choices.one_in(3);
        let is_padded = self.choices.flip();
        for (at, item) in items.iter().enumerate() {
            self.marker += 1;
            if is_wrapped {
                if self.choices.one_in(4) {
                    result = format!("{result}\n  # o{}", self.marker);
                }
                result.push_str(if self.choices.one_in(5) && !result.contains('#') { " " } else { "\n  " });
            } else if is_padded || at > 0 {
                result.push(' ');
            }
            result.push_str(item);
            let is_last = at + 1 == items.len();
            if !is_last || (is_wrapped && self.choices.flip()) {
                result.push_str(self.choices.one(&[",", ",", " ,"]));
            }
            if is_wrapped && self.choices.one_in(3) {
                result = format!("{result} # e{}\n", self.marker);
            }
        }
        result.push_str(if is_wrapped {
            "\n"
        } else if is_padded {
            " "
        } else {
            ""
        });
        result.push_str(close);
        result
    }

    fn texts(&mut self) -> String {
        let length = self.choices.below(5);
        let items: Vec<String> = (0..length)
            .map(|_| self.choices.one(&["\"a.com\"", "'b.com'", "\"c.com\"", "\"d\\u00e9\""]).to_owned())
            .collect();
        self.bracketed("[", &items, "]")
    }

    fn judge(&mut self) -> String {
        let length = self.choices.below(4);
        let items: Vec<String> = (0..length)
            .map(|at| match self.choices.below(3) {
                0 => "\"x.com\"".to_owned(),
                _ => self.inline(&[("domain", &format!("\"y{at}.com\"")), ("judge", "'strict'")]),
            })
            .collect();
        self.bracketed("[", &items, "]")
    }

    fn inline(&mut self, pairs: &[(&str, &str)]) -> String {
        let length = self.choices.below(pairs.len() + 1);
        let equals = self.choices.one(&[" = ", "="]);
        let items: Vec<String> =
            pairs.iter().take(length).map(|(key, value)| format!("{key}{equals}{value}")).collect();
        self.bracketed("{", &items, "}")
    }

    fn agent(&mut self, id: &str) {
        let has_header = !self.choices.one_in(5);
        if has_header {
            self.header(&format!("[agents.{id}]"));
            for key in ["name", "dir", "other"] {
                if self.choices.below(3) > 0 {
                    let value = self.choices.one(&VALUES);
                    self.pair(key, value);
                }
            }
            self.network_within();
            if self.choices.one_in(3) {
                let length = self.choices.below(4);
                let pairs = [("id", "\"anthropic\""), ("model", "'m'"), ("x.y", "1"), ("x.z", "2")];
                let items: Vec<String> = (0..length).map(|_| self.inline(&pairs)).collect();
                let value = self.bracketed("[", &items, "]");
                self.pair("providers", &value);
            }
        }
        if !has_header || self.choices.flip() {
            self.mcp(id);
        }
        self.platforms(id);
        if self.choices.one_in(3) {
            self.header(&format!("[agents.{id}.tools]"));
            let value = self.texts();
            self.pair("allowed", &value);
            self.pair("strict", "true");
        }
    }

    fn network_within(&mut self) {
        let (allowed, judge) = (self.texts(), self.judge());
        match self.choices.below(4) {
            0 => {
                self.pair("network.allowed", &allowed);
                self.pair("network.judge", &judge);
            }
            1 => {
                let value = self.inline(&[("allowed", &allowed), ("judge", &judge)]);
                self.pair("network", &value);
            }
            2 => self.pair("network . 'allowed'", &allowed),
            _ => {}
        }
    }

    fn mcp(&mut self, id: &str) {
        self.header(&format!("[agents.{id}.skills.mcp.gh]"));
        self.pair("url", "\"u\"");
        if self.choices.flip() {
            self.header(&format!("[agents.{id}.skills.mcp.gh.headers]"));
            self.pair("Authorization", "\"$GH\"");
        }
        if self.choices.one_in(4) {
            self.header(&format!("[ agents . {id} . skills ]"));
        }
    }

    fn platforms(&mut self, id: &str) {
        for at in 0..self.choices.below(4) {
            self.header(&format!("[[agents.{id}.platforms]]"));
            let kind = self.choices.one(&["\"slack\"", "'telegram'"]);
            self.pair("type", kind);
            match self.choices.below(5) {
                0 => {
                    self.header(&format!("[agents.{id}.platforms.config]"));
                    self.pair("botToken", &format!("\"$T{at}\""));
                }
                1 => self.pair("config.botToken", "\"$X\""),
                2 => {
                    let value = self.inline(&[("botToken", "\"$S\""), ("b", "'c'")]);
                    self.pair("config", &value);
                }
                3 => {
                    self.header(&format!("[apart.{id}{at}]"));
                    self.pair("x", "1");
                    self.header(&format!("[agents.{id}.platforms.config]"));
                }
                _ => {}
            }
        }
    }
}

/// The agents that a file may have.
pub(super) const AGENTS: [&str; 3] = ["one", "two", "three"];

/// A file in all styles.
pub(super) fn document(choices: &mut Choices) -> String {
    let mut writer = Writer { choices, text: String::new(), marker: 0 };
    if writer.choices.flip() {
        writer.text.push_str("# head\n\n");
    }
    if writer.choices.one_in(5) {
        writer.pair("top", "1");
    }
    let agents = writer.choices.below(3);
    for id in AGENTS.iter().take(agents) {
        writer.agent(id);
    }
    if writer.choices.flip() {
        writer.header("[memory]");
        writer.pair("enabled", "true");
    }
    writer.gap();
    let mut text = writer.text;
    if choices.one_in(4) {
        text = text.replace('\n', "\r\n");
    }
    if choices.one_in(4) {
        text = text.trim_end_matches(['\r', '\n']).to_owned();
    }
    if choices.one_in(4) {
        text.insert(0, '\u{feff}');
    }
    text
}
