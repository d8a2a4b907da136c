//! Rules for numbers that the tool divides, shifts, joins or writes otherwise.

use super::plain::integer;
use super::rules::{Call, Verdict};
use super::tree::Node;
use serde_json::Value as Json;
use std::net::Ipv4Addr;

impl Call<'_> {
    pub(super) fn digits(&self, radix: u32) -> Verdict {
        let Some(text) = self.json.as_str() else {
            return self.value_or_list();
        };
        let text = text.strip_prefix("0x").unwrap_or(text);
        let printed = i128::from_str_radix(text, radix).ok();
        (printed.is_some() && printed == self.number()).into()
    }

    /// A number that the tool divides by the argument and prints with six significant digits; `rest` is what is missing to one.
    pub(super) fn scaled(&self) -> Verdict {
        let divisor = self.arg(0).and_then(|arg| arg.parse::<f64>().ok());
        let printed = match self.json {
            Json::String(text) => text.trim().parse::<f64>().ok(),
            other => other.as_f64(),
        };
        let (Some(have), Some(divisor), Some(printed)) = (self.number(), divisor, printed) else {
            return Verdict::Differ;
        };
        let part = have as f64 / divisor;
        let expected = if self.arg(1) == Some("rest") {
            1.0 - part
        } else {
            part
        };
        close(printed, expected, 1e-5).into()
    }

    /// A number of which the tool prints whole multiples of the argument.
    pub(super) fn whole(&self) -> Verdict {
        let expected = self
            .number()
            .zip(self.arg_number(0))
            .map(|(have, unit)| have / unit);
        (expected.is_some() && expected == integer(self.json)).into()
    }

    /// A number in network order within bytes: offset and width.
    pub(super) fn be_at(&self) -> Verdict {
        let bytes = self.node.map(Node::bytes).unwrap_or_default();
        let place = self.arg_number(0).zip(self.arg_number(1));
        let part = place.and_then(|(at, len)| bytes.get(at as usize..(at + len) as usize));
        let have = part.map(|part| {
            part.iter()
                .fold(0, |have, byte| have << 8 | i128::from(*byte))
        });
        (have.is_some() && have == integer(self.json)).into()
    }

    /// Two to the power of a number.
    pub(super) fn power(&self) -> Verdict {
        let expected = self
            .number()
            .and_then(|have| 1i128.checked_shl(have.try_into().ok()?));
        (expected.is_some() && expected == integer(self.json)).into()
    }

    /// Two numbers of sixteen bits, parted by a dot.
    pub(super) fn version(&self) -> Verdict {
        let expected = self
            .number()
            .map(|have| format!("{}.{}", have >> 16, have & 0xffff));
        (expected.is_some() && expected.as_deref() == self.json.as_str()).into()
    }

    /// Bits of a number in hexadecimal digits: how many to the right, how many.
    pub(super) fn digits_of_part(&self) -> Verdict {
        let (shift, width) = (
            self.arg_number(0).unwrap_or(0),
            self.arg_number(1).unwrap_or(64),
        );
        let expected = self
            .number()
            .map(|have| format!("{:x}", have >> shift & ((1 << width) - 1)));
        (expected.is_some() && expected.as_deref() == self.json.as_str()).into()
    }

    /// Bits of a number: how many to the right, how many.
    pub(super) fn part(&self) -> Verdict {
        let shift = self.arg_number(0).unwrap_or(0);
        let width = self.arg_number(1).unwrap_or(64);
        let part = self.number().map(|have| have >> shift & ((1 << width) - 1));
        (part.is_some() && part == integer(self.json)).into()
    }

    /// A number as four octets parted by dots.
    pub(super) fn dotted(&self) -> Verdict {
        let ip = self
            .json
            .as_str()
            .and_then(|text| text.parse::<Ipv4Addr>().ok());
        ip.is_some_and(|ip| self.number() == Some(u32::from(ip).into()))
            .into()
    }

    /// A number to which the tool adds the first argument, after multiplying by the second.
    pub(super) fn plus(&self) -> Verdict {
        let expected = self
            .number()
            .map(|have| have * self.arg_number(1).unwrap_or(1) + self.arg_number(0).unwrap_or(0));
        (expected.is_some() && expected == integer(self.json)).into()
    }

    /// The weight of a next hop: sixteen bits less one, in two members of which the upper came later.
    pub(super) fn weight(&self) -> Verdict {
        let low = self.number();
        let high = self.at.number("weight_high").unwrap_or(0);
        (low.map(|low| (high << 8) + low + 1) == integer(self.json)).into()
    }
}

/// Whether a number is another to so many parts.
pub(super) fn close(printed: f64, expected: f64, parts: f64) -> bool {
    (printed - expected).abs() <= expected.abs() * parts
}
