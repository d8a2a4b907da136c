//! What every handle has: constructors, settings, and one accessor an object.

/// Gives a type that carries operations out its sub-handles: the one list of objects.
macro_rules! objects {
    ([$($generic:ident)?] $handle:ty) => {
        impl<$($generic)?> $handle {
            /// Interfaces.
            pub fn links(&self) -> $crate::Links<'_, Self> {
                $crate::Links::new(self)
            }

            /// Addresses of interfaces.
            pub fn addrs(&self) -> $crate::Addrs<'_, Self> {
                $crate::Addrs::new(self)
            }

            /// Routes.
            pub fn routes(&self) -> $crate::Routes<'_, Self> {
                $crate::Routes::new(self)
            }

            /// Neighbours and forwarding databases.
            pub fn neighs(&self) -> $crate::Neighs<'_, Self> {
                $crate::Neighs::new(self)
            }

            /// Rules that choose a routing table.
            pub fn rules(&self) -> $crate::Rules<'_, Self> {
                $crate::Rules::new(self)
            }

            /// Ids by which this network namespace knows others.
            pub fn net_ns_ids(&self) -> $crate::NetNsIds<'_, Self> {
                $crate::NetNsIds::new(self)
            }
        }
    };
}
pub(crate) use objects;

/// Defines a handle. What follows its name are fields of its own, each with what it starts as.
macro_rules! handle {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $field:ident: $type:ty = $start:expr),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            core: $crate::call::Core,
            $($(#[$note])* $field: $type,)*
        }

        impl $name {
            /// A handle for the caller's network namespace. Nothing is opened yet.
            pub fn new() -> Self {
                Self::over($crate::transport::Kernel::new())
            }

            /// A handle for another network namespace. Its sockets open on a thread made for that, so the
            /// caller never changes namespace. Needs `CAP_SYS_ADMIN` there.
            ///
            /// # Errors
            /// Those of duplicating the handle of the namespace.
            pub fn in_namespace(namespace: &$crate::netns::NetNs) -> $crate::Result<Self> {
                let kernel = $crate::transport::Kernel::in_namespace(namespace.try_clone()?);
                Ok(Self::over(kernel))
            }

            /// A handle that talks by something else than sockets of its own, such as a recording; see
            /// [`transport`](crate::transport).
            pub fn over(transports: impl $crate::transport::Transports + 'static) -> Self {
                Self::with_core($crate::call::Core::new(::std::sync::Arc::new(transports)))
            }

            fn with_core(core: $crate::call::Core) -> Self {
                Self { core, $($field: $start,)* }
            }

            /// The same handle, each of whose calls may take so long; retries included.
            ///
            /// The kernel carries most requests out while it takes them, and that cannot be cut short; the
            /// limit is on the wait for answers.
            #[must_use]
            pub fn with_timeout(&self, timeout: ::std::time::Duration) -> Self {
                let mut handle = self.clone();
                handle.core.set_timeout(timeout);
                handle
            }

            /// The same handle, which tries a dump so often before it gives it out as interrupted
            /// (ten times unless told).
            #[must_use]
            pub fn with_dump_attempts(&self, attempts: u32) -> Self {
                let mut handle = self.clone();
                handle.core.set_attempts(attempts);
                handle
            }

            /// The same handle, which tells `hook` (operation, text) when the kernel carried a request out
            /// and had something to say about it all the same.
            #[must_use]
            pub fn with_warnings(
                &self,
                hook: impl Fn(&'static str, &str) + Send + Sync + 'static,
            ) -> Self {
                let mut handle = self.clone();
                handle.core.set_warnings(::std::sync::Arc::new(hook));
                handle
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        $crate::handle::objects!([] $name);
    };
}
pub(crate) use handle;
