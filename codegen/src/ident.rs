//! Every naming rule: which spec names are accepted, and what they are called in Rust.

/// Words that cannot name a field, a function or a module in edition 2024.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Type names that generated code brings into scope by itself, or that mean something in it.
const TAKEN: &[&str] = &[
    "Self",
    "Option",
    "Vec",
    "Box",
    "String",
    "Some",
    "None",
    "Ok",
    "Err",
    "NlString",
    "MacAddr",
    "HwAddr",
    "InetAddr",
    "Bitfield32",
    "Unknown",
    "Growth",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "Native",
    "Be",
    "Bare",
    "Wire",
    "WireBe",
    "Chars",
    "Uint",
    "Packed",
    "Index",
    "Items",
    "Records",
    "Attrs",
    "Kind",
    "Layout",
    "Messages",
    "Time",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "PartialEq",
    "Eq",
    "Hash",
    "PartialOrd",
    "Ord",
    "Value",
    "Codec",
];

/// Field names that the generated code uses itself.
const RESERVED_FIELDS: &[&str] = &["unknown", "growth", "new", "schema"];

/// Whether a name reads `like_this`: lower-case letters, digits and single underscores, a letter first.
pub(crate) fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.ends_with('_')
        && !name.contains("__")
}

/// Whether a name reads `LikeThis`: letters and digits, an upper-case letter first, not all upper-case.
pub(crate) fn is_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && (name.len() == 1 || name.chars().any(|c| c.is_ascii_lowercase()))
}

/// Whether a name can stand in C: the form of every `c` and `prefix`.
pub(crate) fn is_c(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a name is a Rust keyword.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// Whether a type name would hide one that generated code needs.
pub(crate) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name)
}

/// Whether a field name belongs to the generator.
pub(crate) fn is_reserved_field(name: &str) -> bool {
    RESERVED_FIELDS.contains(&name)
}

/// `like_this` or `likeThis` as `LikeThis`.
pub(crate) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut start = true;
    for c in name.chars() {
        if c == '_' {
            start = true;
        } else if start {
            out.extend(c.to_uppercase());
            start = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// `LikeThis` as `like_this`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if lower_before {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            lower_before = false;
        } else {
            out.push(c);
            lower_before = c != '_';
        }
    }
    out
}

/// `like_this` as `LIKE_THIS`, the form of constants here and of most names in C.
pub(crate) fn upper(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// A `snake_case` form of a name that is none, for suggestions; empty if nothing can be made of it.
pub(crate) fn suggest_snake(name: &str) -> String {
    let plain: String = snake(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let parts: Vec<&str> = plain.split('_').filter(|part| !part.is_empty()).collect();
    let joined = parts.join("_");
    if is_snake(&joined) {
        joined
    } else {
        String::new()
    }
}

/// A `CamelCase` form of a name that is none, for suggestions; empty if nothing can be made of it.
pub(crate) fn suggest_camel(name: &str) -> String {
    let shouted = !name.chars().any(|c| c.is_ascii_lowercase());
    let plain: String = name
        .chars()
        .map(|c| if shouted { c.to_ascii_lowercase() } else { c })
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let camel = camel(&plain);
    if is_camel(&camel) {
        camel
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_names() {
        for good in ["a", "mtu", "rx_packets", "ip6mr", "v2_x"] {
            assert!(is_snake(good), "{good}");
        }
        for bad in ["", "_a", "a_", "a__b", "Mtu", "9p", "a-b", "ä"] {
            assert!(!is_snake(bad), "{bad}");
        }
        for good in ["A", "Link", "LinkStats64", "IpV6"] {
            assert!(is_camel(good), "{good}");
        }
        for bad in ["", "link", "LINK", "Link_Stats", "6In4", "Straße"] {
            assert!(!is_camel(bad), "{bad}");
        }
        assert!(is_c("AF_DECnet") && is_c("_x") && !is_c("") && !is_c("9a") && !is_c("a b"));
    }

    #[test]
    fn conversions() {
        assert_eq!(camel("new_link"), "NewLink");
        assert_eq!(camel("ip6_gre"), "Ip6Gre");
        assert_eq!(camel("a1"), "A1");
        assert_eq!(snake("LinkStats64"), "link_stats64");
        assert_eq!(snake("VLAN"), "vlan");
        assert_eq!(upper("not_present"), "NOT_PRESENT");
    }

    #[test]
    fn every_snake_name_survives_camel() {
        for name in ["get_link", "x", "ip6_gre", "ab_1"] {
            assert!(is_camel(&camel(name)), "{name}");
        }
    }

    #[test]
    fn suggestions() {
        assert_eq!(suggest_snake("RxPackets"), "rx_packets");
        assert_eq!(suggest_snake("rx-packets"), "rx_packets");
        assert_eq!(suggest_snake("9"), "");
        assert_eq!(suggest_camel("link_stats"), "LinkStats");
        assert_eq!(suggest_camel("LINK_STATS"), "LinkStats");
        assert_eq!(suggest_camel("_"), "");
    }

    #[test]
    fn words() {
        assert!(is_keyword("type") && is_keyword("gen") && !is_keyword("kind"));
        assert!(is_taken("Vec") && !is_taken("Link"));
        assert!(is_reserved_field("unknown") && !is_reserved_field("mtu"));
    }
}
