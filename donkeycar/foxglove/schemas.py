"""Schemas of Foxglove's own messages, for a car that shows itself without foxglove-sdk.

Each is a `FileDescriptorSet` of Protocol Buffers in base64, as foxglove-sdk 0.30.3 gives it; a test
compares it with the installed one. Source: https://docs.foxglove.dev/docs/sdk/schemas.
"""

COMPRESSED_IMAGE = (
    "Cv8BCh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvEg9nb29nbGUucHJvdG9idWYiOwoJVGltZXN0YW1wEh"
    "gKB3NlY29uZHMYASABKANSB3NlY29uZHMSFAoFbmFub3MYAiABKAVSBW5hbm9zQoUBChNjb20uZ29vZ2xlLnByb3Rv"
    "YnVmQg5UaW1lc3RhbXBQcm90b1ABWjJnb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi90aW1lc3"
    "RhbXBwYvgBAaICA0dQQqoCHkdvb2dsZS5Qcm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8zCugBCh5mb3hnbG92"
    "ZS9Db21wcmVzc2VkSW1hZ2UucHJvdG8SCGZveGdsb3ZlGh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvIp"
    "IBCg9Db21wcmVzc2VkSW1hZ2USOAoJdGltZXN0YW1wGAEgASgLMhouZ29vZ2xlLnByb3RvYnVmLlRpbWVzdGFtcFIJ"
    "dGltZXN0YW1wEhkKCGZyYW1lX2lkGAQgASgJUgdmcmFtZUlkEhIKBGRhdGEYAiABKAxSBGRhdGESFgoGZm9ybWF0GA"
    "MgASgJUgZmb3JtYXRiBnByb3RvMw=="
)
LOG = (
    "Cv8BCh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvEg9nb29nbGUucHJvdG9idWYiOwoJVGltZXN0YW1wEh"
    "gKB3NlY29uZHMYASABKANSB3NlY29uZHMSFAoFbmFub3MYAiABKAVSBW5hbm9zQoUBChNjb20uZ29vZ2xlLnByb3Rv"
    "YnVmQg5UaW1lc3RhbXBQcm90b1ABWjJnb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi90aW1lc3"
    "RhbXBwYvgBAaICA0dQQqoCHkdvb2dsZS5Qcm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8zCtgCChJmb3hnbG92"
    "ZS9Mb2cucHJvdG8SCGZveGdsb3ZlGh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvIo4CCgNMb2cSOAoJdG"
    "ltZXN0YW1wGAEgASgLMhouZ29vZ2xlLnByb3RvYnVmLlRpbWVzdGFtcFIJdGltZXN0YW1wEikKBWxldmVsGAIgASgO"
    "MhMuZm94Z2xvdmUuTG9nLkxldmVsUgVsZXZlbBIYCgdtZXNzYWdlGAMgASgJUgdtZXNzYWdlEhIKBG5hbWUYBCABKA"
    "lSBG5hbWUSEgoEZmlsZRgFIAEoCVIEZmlsZRISCgRsaW5lGAYgASgHUgRsaW5lIkwKBUxldmVsEgsKB1VOS05PV04Q"
    "ABIJCgVERUJVRxABEggKBElORk8QAhILCgdXQVJOSU5HEAMSCQoFRVJST1IQBBIJCgVGQVRBTBAFYgZwcm90bzM="
)
