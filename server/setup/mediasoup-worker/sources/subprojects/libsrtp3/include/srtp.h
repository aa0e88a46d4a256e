// The part of libsrtp 3's interface that mediasoup-worker uses, on top of libsrtp 2.
//
// libsrtp 3 differs in three ways: policies are opaque and built by functions, packets are protected from one buffer
// into another instead of in place, and lengths are size_t. Its functions are overloads of libsrtp 2's here.
#pragma once

// libsrtp 2's policy is a struct of the name that libsrtp 3 gives to a handle.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Results that libsrtp 2 does not know. mediasoup has messages for them.
constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace effigy
{
	/** libsrtp 2 keeps a pointer to the key in its policy: the key lives beside it. */
	struct SrtpPolicy
	{
		srtp2_policy_t policy{};
		uint8_t key[SRTP_MAX_KEY_LEN]{};
	};

	/** Calls a libsrtp 2 function, which works in place, from one buffer into another. */
	template<typename Function>
	srtp_err_status_t TransformPacket(
	  Function function, srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t growth)
	{
		// libsrtp 2 does not know the size of the buffer it appends to.
		if (*outLen < inLen + growth)
		{
			return srtp_err_status_buffer_small;
		}

		if (out != in)
		{
			std::memcpy(out, in, inLen);
		}

		auto len          = static_cast<int>(inLen);
		const auto result = function(session, out, &len);

		if (result == srtp_err_status_ok)
		{
			*outLen = static_cast<size_t>(len);
		}

		return result;
	}
} // namespace effigy

using srtp_policy_t = effigy::SrtpPolicy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) effigy::SrtpPolicy();

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy)
	{
		// Key material does not stay behind in freed memory; volatile, or the compiler may leave the loop out.
		volatile uint8_t* key = policy->key;

		for (size_t i{ 0 }; i < sizeof(policy->key); ++i)
		{
			key[i] = 0;
		}
	}

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto result = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	if (result != srtp_err_status_ok)
	{
		return result;
	}

	return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
}

/** libsrtp 2 takes key and salt as one string. mediasoup uses no MKI. */
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	if (mkiLen != 0 || keyLen + saltLen > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->policy.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t packets)
{
	policy->policy.window_size = static_cast<unsigned long>(packets);

	return srtp_err_status_ok;
}

/** The session has its own copy of the key: the policy may be destroyed afterwards. */
inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, static_cast<const srtp2_policy_t*>(&policy->policy));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t mkiIndex)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	const auto protect = [](srtp_t s, void* packet, int* len) { return ::srtp_protect(s, packet, len); };

	return effigy::TransformPacket(protect, session, rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	const auto unprotect = [](srtp_t s, void* packet, int* len) { return ::srtp_unprotect(s, packet, len); };

	return effigy::TransformPacket(unprotect, session, srtp, srtpLen, rtp, rtpLen, 0);
}

/** Besides the trailer, libsrtp 2 appends the SRTCP index (RFC 3711, section 3.4). */
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t mkiIndex)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	const auto protect = [](srtp_t s, void* packet, int* len) { return ::srtp_protect_rtcp(s, packet, len); };

	return effigy::TransformPacket(
	  protect, session, rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + sizeof(uint32_t));
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	const auto unprotect = [](srtp_t s, void* packet, int* len) { return ::srtp_unprotect_rtcp(s, packet, len); };

	return effigy::TransformPacket(unprotect, session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}
