//! What the kernel says when it refuses a request.

use std::fmt;

use super::Errno;
use crate::generated::core::Policy;

/// A refused request, with all the extended acknowledgement says.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The message type of the request.
    pub(crate) operation: &'static str,
    /// Why, in one number.
    pub(crate) errno: Errno,
    /// Why, in the kernel's words.
    pub(crate) message: Option<String>,
    /// The way to the attribute at fault, or its offset where the schema does not know it.
    pub(crate) attribute: Option<String>,
    /// A required attribute that was not there.
    pub(crate) missing: Option<Missing>,
    /// What the kernel would have accepted.
    pub(crate) policy: Option<Box<Policy>>,
}

/// A required attribute that a request lacks.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    /// Its name, or its number where the schema does not know it.
    pub(crate) attribute: String,
    /// The nest that lacks it; `None` at the top level.
    pub(crate) nest: Option<String>,
}

impl Refusal {
    /// A refusal without explanation.
    pub(crate) fn new(operation: &'static str, errno: Errno) -> Self {
        Self {
            operation,
            errno,
            message: None,
            attribute: None,
            missing: None,
            policy: None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} refused: {}", self.operation, self.errno)?;
        let limits = self.policy.as_deref().map(Limits);
        let limits = limits.filter(|limits| !limits.is_silent());
        match (&self.attribute, &self.message) {
            (Some(attribute), message) => {
                write!(f, "\n  at {attribute}")?;
                if let Some(message) = message {
                    write!(f, ": {message}")?;
                }
            }
            (None, Some(message)) => write!(f, ": {message}")?,
            (None, None) => {}
        }
        if let Some(limits) = limits {
            write!(f, " (policy: {limits})")?;
        }
        if let Some(Missing { attribute, nest }) = &self.missing {
            write!(f, "\n  missing {attribute}")?;
            if let Some(nest) = nest {
                write!(f, " in {nest}")?;
            }
        }
        Ok(())
    }
}

/// The limits of a policy as words.
struct Limits<'a>(&'a Policy);

impl Limits<'_> {
    fn parts(&self) -> impl Iterator<Item = (&'static str, i128)> {
        let policy = self.0;
        [
            ("min", policy.min_value_u.map(i128::from)),
            ("min", policy.min_value_s.map(i128::from)),
            ("max", policy.max_value_u.map(i128::from)),
            ("max", policy.max_value_s.map(i128::from)),
            ("min length", policy.min_length.map(i128::from)),
            ("max length", policy.max_length.map(i128::from)),
            ("mask", policy.mask.map(i128::from)),
            ("mask", policy.bitfield32_mask.map(i128::from)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    fn is_silent(&self) -> bool {
        self.parts().next().is_none()
    }
}

impl fmt::Display for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.parts().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            match name {
                "mask" => write!(f, "{comma}{name} {value:#x}")?,
                _ => write!(f, "{comma}{name} {value}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_operation_errno_place_words_and_limits() {
        let mut refusal = Refusal::new("RTM_NEWLINK", Errno(libc::ERANGE));
        assert_eq!(
            refusal.to_string(),
            "RTM_NEWLINK refused: ERANGE (Numerical result out of range)"
        );
        refusal.message = Some("value out of range".into());
        assert_eq!(
            refusal.to_string(),
            "RTM_NEWLINK refused: ERANGE (Numerical result out of range): value out of range"
        );
        refusal.attribute = Some("IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_VXLAN_ID".into());
        let policy = Policy {
            max_value_u: Some(16_777_215),
            ..Policy::default()
        };
        refusal.policy = Some(Box::new(policy));
        assert_eq!(
            refusal.to_string(),
            "RTM_NEWLINK refused: ERANGE (Numerical result out of range)\n  \
             at IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_VXLAN_ID: value out of range \
             (policy: max 16777215)"
        );
    }

    #[test]
    fn a_missing_attribute_is_named() {
        let mut refusal = Refusal::new("RTM_NEWNEIGH", Errno(libc::EINVAL));
        refusal.missing = Some(Missing {
            attribute: "NDA_DST".into(),
            nest: None,
        });
        assert_eq!(
            refusal.to_string(),
            "RTM_NEWNEIGH refused: EINVAL (Invalid argument)\n  missing NDA_DST"
        );
    }
}
